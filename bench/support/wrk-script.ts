import type { Load, Targets } from './load.ts'
import { requestFields, requestTail } from './request-head.ts'

/** Starts the one line of wrk's output that is ours. */
export const resultMark = 'measured:'

/** The Lua program that makes wrk send this load, and write what it measured as one line of JSON behind `resultMark`. */
export function wrkScript(load: Load): string {
  const tail = requestTail(requestFields(load.head, load.fields))
  return [
    `local tail = ${luaText(tail)}`,
    requests(load.targets),
    // Connections that all pause alike would ask together for ever, once something has held them up together.
    ...(load.pauseMs === undefined ? [] : [`delay = function() return math.random(0, ${load.pauseMs * 2}) end`]),
    done,
  ].join('\n')
}

function requests(targets: Targets): string {
  switch (targets.kind) {
    case 'one':
      // Without a `request` function wrk formats one request, once; formatted here, its fields keep their order.
      return `init = function() wrk.format = function() return "GET " .. ${luaText(targets.path)} .. tail end end`
    case 'one-from-many':
      return `local start, n = "GET " .. ${luaText(targets.path)} .. tail:sub(1, -3) .. "Referer: http://www.example.com/", 0
request = function() n = n + 1; return start .. string.format("%09d", n) .. "\\r\\n\\r\\n" end`
    case 'sequence':
      return `local start, n = "GET " .. ${luaText(targets.prefix)}, ${targets.first - 1}
request = function() n = n + 1; return start .. string.format("%d", n) .. tail end`
    case 'zipf':
      return zipf(targets.prefix, targets.count)
    case 'uniform':
      return `local start = "GET " .. ${luaText(targets.prefix)}
math.randomseed(1)
request = function() return start .. (${targets.first} + math.random(${targets.count}) - 1) .. tail end`
  }
}

/** Draws are made ahead: searching the distribution for each request would slow the load down. */
function zipf(prefix: string, count: number): string {
  return `local start, draws, n = "GET " .. ${luaText(prefix)}, {}, 0
init = function()
  local upTo, sum = {}, 0
  for i = 1, ${count} do sum = sum + 1 / i; upTo[i] = sum end
  math.randomseed(1)
  for i = 1, 1048576 do
    local wanted, low, high = math.random() * sum, 1, ${count}
    while low < high do
      local middle = math.floor((low + high) / 2)
      if upTo[middle] < wanted then low = middle + 1 else high = middle end
    end
    draws[i] = low
  end
end
request = function() n = n % 1048576 + 1; return start .. draws[n] .. tail end`
}

const done = `done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format('${resultMark} {"requests":%.0f,"durationMicros":%.0f,"bytes":%.0f,', summary.requests,
    summary.duration, summary.bytes))
  io.write(string.format('"errors":{"connect":%.0f,"read":%.0f,"write":%.0f,"status":%.0f,"timeout":%.0f},',
    errors.connect, errors.read, errors.write, errors.status, errors.timeout))
  io.write(string.format('"p50Micros":%.0f,"p99Micros":%.0f,"p999Micros":%.0f}\\n', latency:percentile(50),
    latency:percentile(99), latency:percentile(99.9)))
end
`

/** JSON's escapes are Lua's for what a request head may contain. */
function luaText(text: string): string {
  return JSON.stringify(text)
}
