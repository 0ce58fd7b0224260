import type { Question } from './question.ts'

/** Beside `hit-1k`: what is known of the fields of the request before is of no use here. */
export const hit1kNewHead: Question = {
  name: 'hit-1k-new-head',
  title: 'The same hit, no head like the one before',
  load: { head: 'browser', targets: { kind: 'one-from-many', path: '/page/1024/one' } },
  answer: { status: 200, pageBytes: 1024, reachesOrigin: false },
  compared: { peers: true, floor: 'hit' },
}
