import { type CaseGroup, isNotReused, isReused, optimal, required, type Step } from '../conformance-case.ts'

const STATUSES = [200, 203, 204, 299, 301, 302, 303, 307, 308, 400, 404, 410, 499, 500, 502, 503, 504, 599]
const UNDERSTOOD = [200, 203, 204, 301, 302, 303, 307, 308, 404, 410, 500, 502, 503, 504]

const answered = (status: number, steps: readonly Step[]): Step[] => steps.map((step) => ({ ...step, status }))

export const statuses: CaseGroup = {
  title: 'Status codes with explicit freshness',
  section: 'RFC 9111 §3, §5.2.2.3',
  cases: [
    ...STATUSES.map((status) =>
      optimal(
        `status-${status}-fresh`,
        `reuses a fresh ${status}`,
        ...answered(status, isReused('Cache-Control: max-age=3600')),
      ),
    ),
    ...STATUSES.map((status) =>
      required(
        `status-${status}-stale`,
        `does not reuse a stale ${status}`,
        ...answered(status, [{ response: ['Cache-Control: max-age=2'] }, { after: 3, expect: 'not-cached' }]),
      ),
    ),
    ...UNDERSTOOD.map((status) =>
      optimal(
        `status-${status}-must-understand`,
        `reuses ${status} with must-understand beside no-store`,
        ...answered(status, isReused('Cache-Control: max-age=3600, no-store, must-understand')),
      ),
    ),
    ...[299, 499, 599].map((status) =>
      required(
        `status-${status}-must-understand`,
        `does not store ${status} with must-understand`,
        ...answered(status, isNotReused('Cache-Control: max-age=3600, must-understand')),
      ),
    ),
  ],
}

export const heuristics: CaseGroup = {
  title: 'Heuristic freshness',
  section: 'RFC 9111 §4.2.2, RFC 9110 §15.1',
  cases: [
    ...[200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501].map((status) =>
      optimal(
        `heuristic-${status}-cached`,
        `reuses a ${status} by its Last-Modified`,
        ...answered(status, isReused('Last-Modified: @-86400')),
      ),
    ),
    ...[201, 202, 302, 307, 400, 403, 500, 502, 503, 504, 599].map((status) =>
      required(
        `heuristic-${status}-not_cached`,
        `does not reuse a ${status} by its Last-Modified`,
        ...answered(status, isNotReused('Last-Modified: @-86400')),
      ),
    ),
    optimal(
      'heuristic-599-cached',
      'reuses an unknown status that is public',
      ...answered(599, isReused('Last-Modified: @-86400', 'Cache-Control: public')),
    ),
    ...[5, 10, 30, 60, 300, 600, 1200, 1800, 3600, 43_200, 86_400].map((seconds) =>
      optimal(
        `heuristic-delta-${seconds}`,
        `reuses a page not modified for ${seconds * 20} s for ${seconds} s`,
        { response: [`Last-Modified: @-${seconds * 20}`] },
        { after: seconds - 1, expect: 'cached' },
      ),
    ),
    required('heuristic-none', 'does not guess without Last-Modified', ...isNotReused('Server: x')),
  ],
}
