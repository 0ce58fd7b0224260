import { z } from 'zod'
import type { Route } from './route.ts'
import { routes } from './routes.ts'

type Described = Readonly<Record<string, unknown>>

/** docs/openapi.yaml: the admin listener's API, made of the schemas that check it. */
export function openapiDocument(): Described {
  const paths: Record<string, Record<string, Described>> = {}
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Breakwater admin API',
      version: '1',
      description:
        'Of the admin listener (docs/operations.md). Where `admin.token` is set, every request but those for health and for the files of the dashboard carries it.',
    },
    servers: [{ url: 'http://127.0.0.1:9090' }],
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: {
        Error: schemaOf(z.strictObject({ error: z.string().describe('What is wrong, for people') }), 'output'),
      },
    },
    paths,
  }
}

function operation({ admission, answer, answerType, body, otherStatuses, query, summary }: Route): Described {
  const schema = answer === undefined ? { type: 'string' } : schemaOf(answer, 'output')
  const error = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } }
  const others = Object.entries(otherStatuses).map(([status, description]) => {
    // Not ready is an answer like ready; the rest are errors.
    const content = answer !== undefined && admission === 'anyone' ? { [answerType]: { schema } } : error
    return [status, { description, content }]
  })
  return {
    summary,
    security: admission === 'token' ? [{ token: [] }, {}] : [{}],
    ...parameters(query),
    ...(body !== undefined && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body, 'input') } } },
    }),
    responses: {
      200: { description: 'Done', content: { [answerType]: { schema } } },
      ...Object.fromEntries(others),
      default: { description: 'Refused: wrong parameters, no right, or a defect', content: error },
    },
  }
}

function parameters(query: z.ZodType): { readonly parameters?: readonly Described[] } {
  const { properties = {}, required = [] } = schemaOf(query, 'input') as {
    readonly properties?: Readonly<Record<string, Described>>
    readonly required?: readonly string[]
  }
  const all = Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }))
  return all.length === 0 ? {} : { parameters: all }
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Described {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io })
  return described
}
