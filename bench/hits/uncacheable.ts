import { PACE_OF_THE_ORIGIN, type Question } from './question.ts'

export const uncacheable: Question = {
  name: 'uncacheable',
  title: 'A page of 1 KB that must not be stored',
  load: { head: 'browser', targets: { kind: 'one', path: '/live/1024/one' } },
  answer: { status: 200, pageBytes: 1024, reachesOrigin: true },
  compared: { peers: true, floor: 'pass' },
  goals: [{ against: 'nginx', ratioMax: 1.1 }],
  remark: PACE_OF_THE_ORIGIN,
}
