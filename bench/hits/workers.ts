import type { Question } from './question.ts'

export const withOneWorker = 'Breakwater, 1 worker'

export const workers: Question = {
  name: 'workers',
  title: 'Two workers against one, hits of 1 KB',
  load: { head: 'browser', targets: { kind: 'one', path: '/page/1024/one' } },
  answer: { status: 200, pageBytes: 1024, reachesOrigin: false },
  compared: { peers: false, floor: 'none', workers: true },
  remark: 'Two workers have two cores. Where there are no more than two, the load takes its share of the second.',
}
