import { PACE_OF_THE_ORIGIN, type Question } from './question.ts'

/** Beside `uncacheable`: what is known of the fields of the request before is of no use here. */
export const uncacheableNewHead: Question = {
  name: 'uncacheable-new-head',
  title: 'The same, no head like the one before',
  load: { head: 'browser', targets: { kind: 'one-from-many', path: '/live/1024/one' } },
  answer: { status: 200, pageBytes: 1024, reachesOrigin: true },
  compared: { peers: true, floor: 'pass' },
  remark: PACE_OF_THE_ORIGIN,
}
