import { type Question, scaled } from './question.ts'

export function zipf(isQuick: boolean): Question {
  const count = scaled(100_000, isQuick)
  const prefix = '/page/1024/n'
  return {
    name: 'zipf',
    title: `Hits of 1 KB on ${count.toLocaleString('en')} URLs, popular ones more often (Zipf)`,
    load: { head: 'browser', targets: { kind: 'zipf', prefix, count } },
    answer: { status: 200, pageBytes: 1024, reachesOrigin: false },
    fill: { prefix, count },
    compared: { peers: true, floor: 'none' },
  }
}
