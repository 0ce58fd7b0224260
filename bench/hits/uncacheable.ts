import type { Question } from './question.ts'

export const uncacheable: Question = {
  name: 'uncacheable',
  title: 'A page of 1 KB that must not be stored',
  load: { head: 'browser', targets: { kind: 'one', path: '/live/1024/one' } },
  answer: { status: 200, pageBytes: 1024, reachesOrigin: true },
  compared: { peers: true, floor: 'pass' },
  goals: [{ against: 'nginx', ratioMax: 1.1 }],
  remark: 'The origin shares the core of the load and sets the pace: requests/s and latencies are mostly its own.',
}
