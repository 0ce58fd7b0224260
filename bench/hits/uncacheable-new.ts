import { PACE_OF_THE_ORIGIN, type Question } from './question.ts'

/** Beside `uncacheable`: what is remembered of a page that was asked for before is of no use here. */
export const uncacheableNew: Question = {
  name: 'uncacheable-new',
  title: 'The same, another page each time',
  load: { head: 'browser', targets: { kind: 'sequence', prefix: '/live/1024/m', first: 1 } },
  answer: { status: 200, pageBytes: 1024, reachesOrigin: true },
  compared: { peers: true, floor: 'pass' },
  remark: PACE_OF_THE_ORIGIN,
}
