import type { Question } from './question.ts'

export const hit1kMinimal: Question = {
  name: 'hit-1k-minimal',
  title: 'The same hit with `Host` as the only field',
  load: { head: 'minimal', targets: { kind: 'one', path: '/page/1024/one' } },
  answer: { status: 200, pageBytes: 1024, reachesOrigin: false },
  compared: { peers: true, floor: 'hit' },
}
