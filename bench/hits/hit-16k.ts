import type { Question } from './question.ts'

export const hit16k: Question = {
  name: 'hit-16k',
  title: 'A hit of 16 KB',
  load: { head: 'browser', targets: { kind: 'one', path: '/page/16384/one' } },
  answer: { status: 200, pageBytes: 16_384, reachesOrigin: false },
  compared: { peers: true, floor: 'hit' },
}
