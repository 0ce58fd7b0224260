import { PACE_OF_THE_ORIGIN, type Question } from './question.ts'

export const miss: Question = {
  name: 'miss',
  title: 'A miss: a page of 1 KB that is fetched and stored',
  load: { head: 'browser', targets: { kind: 'sequence', prefix: '/page/1024/m', first: 1 } },
  answer: { status: 200, pageBytes: 1024, reachesOrigin: true },
  compared: { peers: true, floor: 'pass' },
  goals: [{ against: 'nginx', ratioMax: 1.1 }],
  remark: PACE_OF_THE_ORIGIN,
}
