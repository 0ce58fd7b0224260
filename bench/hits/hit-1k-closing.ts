import type { Question } from './question.ts'

export const hit1kClosing: Question = {
  name: 'hit-1k-closing',
  title: 'A hit of 1 KB, each on a connection of its own, with `Host` and `Connection: close`',
  load: { head: 'minimal', fields: [['Connection', 'close']], targets: { kind: 'one', path: '/page/1024/one' } },
  answer: { status: 200, pageBytes: 1024, reachesOrigin: false },
  compared: { peers: true, floor: 'none' },
}
