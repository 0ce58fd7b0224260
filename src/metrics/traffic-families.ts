import { counter, type Family, histogram, type Labels } from './families.ts'
import { OUTCOMES } from './outcomes.ts'
import type { TrafficCounts } from './traffic-counts.ts'

const STATUS_CLASSES = ['none', '1xx', '2xx', '3xx', '4xx', '5xx']

/** What clients asked for, and what they got. */
export function trafficFamilies(traffic: TrafficCounts): Family[] {
  return [
    counter(
      'breakwater_requests_total',
      'Requests by outcome, why they were forwarded, and the reason: the words of Cache-Status',
      traffic.reasons.map(({ outcome, forward, detail, count }) => [
        { outcome, forward: forward ?? '', reason: detail ?? '' },
        count,
      ]),
    ),
    counter('breakwater_responses_total', 'Responses by outcome and class of status', statuses(traffic)),
    histogram(
      'breakwater_request_duration_seconds',
      'From the head of the request to the last byte of the response',
      OUTCOMES.map((outcome, i) => [{ outcome }, traffic.durations[i]!.whole]),
    ),
    histogram(
      'breakwater_first_byte_seconds',
      'From the head of the request to the first byte of the response',
      OUTCOMES.map((outcome, i) => [{ outcome }, traffic.durations[i]!.firstByte]),
    ),
    counter(
      'breakwater_response_bytes_total',
      'Bytes sent to clients, heads and framing included',
      traffic.responseBytes,
    ),
    counter(
      'breakwater_request_body_bytes_total',
      'Bytes of request bodies read from clients',
      traffic.requestBodyBytes,
    ),
    counter(
      'breakwater_collapsed_requests_total',
      'Requests that were answered by the upstream request of another',
      traffic.collapsed,
    ),
    counter('breakwater_responses_cut_total', 'Responses that were not sent whole, by whose fault ever', traffic.cut),
  ]
}

/** Those that occurred, and the common ones from the beginning, so that rates begin at zero. */
function statuses({ statuses }: TrafficCounts): [Labels, number][] {
  return OUTCOMES.flatMap((outcome, row) =>
    STATUS_CLASSES.flatMap((status, column): [Labels, number][] => {
      const count = statuses[row * STATUS_CLASSES.length + column] ?? 0
      return count > 0 || status === '2xx' ? [[{ outcome, status }, count]] : []
    }),
  )
}
