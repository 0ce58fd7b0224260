import type { Question } from './question.ts'

export const hit1k: Question = {
  name: 'hit-1k',
  title: 'A hit of 1 KB, asked for by a browser',
  load: { head: 'browser', targets: { kind: 'one', path: '/page/1024/one' } },
  answer: { status: 200, pageBytes: 1024, reachesOrigin: false },
  compared: { peers: true, floor: 'hit' },
  goals: [
    { against: 'nginx', ratioMax: 0.72 },
    { against: 'Varnish', ratioMax: 0.42 },
    { against: 'floor', ratioMax: 1.2 },
  ],
}
