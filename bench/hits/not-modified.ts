import type { Question } from './question.ts'

export const notModified: Question = {
  name: 'not-modified',
  title: 'A 304 for a page that the browser has',
  load: {
    head: 'browser',
    fields: [['If-None-Match', '"page-1024-one"']],
    targets: { kind: 'one', path: '/page/1024/one' },
  },
  answer: { status: 304, pageBytes: 1024, reachesOrigin: false },
  compared: { peers: true, floor: 'hit' },
}
