import type { Question } from './question.ts'

export const withoutLog = 'Breakwater, no log'

export const accessLog: Question = {
  name: 'access-log',
  title: 'A hit of 1 KB with the access log on',
  load: { head: 'browser', targets: { kind: 'one', path: '/page/1024/one' } },
  answer: { status: 200, pageBytes: 1024, reachesOrigin: false },
  compared: { peers: true, floor: 'none', accessLog: true },
  goals: [{ against: withoutLog, ratioMax: 1.25 }],
  remark: 'All in the combined format to a file, buffered; for Varnish by varnishncsa, whose time is counted with it.',
}
