import type { Question } from './question.ts'

export const gzip: Question = {
  name: 'gzip',
  title: 'A hit on the gzip variant of a page of 16 KB',
  load: { head: 'browser', targets: { kind: 'one', path: '/packed/16384/one' } },
  answer: { status: 200, pageBytes: 16_384, reachesOrigin: false, packed: true },
  compared: { peers: true, floor: 'hit' },
  remark: 'The origin packs and sends `Vary: Accept-Encoding`; a plain variant of the page is stored beside it.',
}
