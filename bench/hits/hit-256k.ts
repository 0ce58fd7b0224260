import type { Question } from './question.ts'

export const hit256k: Question = {
  name: 'hit-256k',
  title: 'A hit of 256 KB',
  load: { head: 'browser', targets: { kind: 'one', path: '/page/262144/one' } },
  answer: { status: 200, pageBytes: 262_144, reachesOrigin: false },
  compared: { peers: true, floor: 'hit' },
}
