import { z } from 'zod'
import { jsonRoute, type Route } from '../route.ts'
import { noQuery } from './common.ts'

export const reloadAnswer = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('reloaded'),
    needRestart: z.array(z.string()).describe('Options that changed, and need a restart to be in force'),
  }),
  z.strictObject({
    kind: z.literal('refused'),
    problems: z.array(z.string()).describe('All that is wrong; nothing has changed'),
  }),
])

export const reloadRoutes: readonly Route[] = [
  jsonRoute({
    method: 'POST',
    path: '/api/reload',
    summary: 'Reads the configuration file anew, as SIGHUP does; nothing changes when anything is wrong with it',
    query: noQuery,
    body: z.strictObject({}),
    answer: reloadAnswer,
    async handle({ reload }) {
      const done = await reload()
      if (done.kind === 'refused') return { kind: done.kind, problems: [...done.problems] }
      return { kind: done.kind, needRestart: [...done.needRestart] }
    },
  }),
]
