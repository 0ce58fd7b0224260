import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import fc from 'fast-check'
import { firstValue } from '../../src/http/fields.ts'
import { RequestHeadReader } from '../../src/http1/head.ts'
import { RequestHeadScanner } from '../../src/http1/request-scanner.ts'
import type { LoggedExchange } from '../../src/listener/exchange-record.ts'
import { openAccessLog } from '../../src/log/access-log.ts'
import { combinedLine } from '../../src/log/combined-line.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { exchange } from './exchange.ts'

const folder = temporaryFolder()
after(() => folder.remove())

const limits = { headBytesMax: 65_536, fieldsMax: 100, targetBytesMax: 65_536 }

function byte(min: number, max: number): fc.Arbitrary<string> {
  const codes = fc.integer({ min, max }).filter((code) => code !== 0x7f)
  return codes.map((code) => String.fromCharCode(code))
}

/** Mostly what everybody sends, and everything that a parser lets through. */
const value = fc.oneof(
  fc.constantFrom('', 'Mozilla/5.0 (X11; Linux x86_64)', 'http://h.test/a?b=c', 'a"b\\c', '\t"', '\x80\xff', '{}|^`~'),
  fc.string({ unit: byte(0x20, 0xff), maxLength: 200 }),
)
const target = fc
  .string({ unit: fc.oneof(byte(0x21, 0x7e), byte(0x21, 0xff)), maxLength: 80 })
  .map((rest) => `/${rest}`)
const name = fc.constantFrom('User-Agent', 'user-agent', 'REFERER', 'Referer', 'Referrer', 'User-Agents', 'Cookie', 'X')
const request = fc.record({
  method: fc.constantFrom('GET', 'HEAD'),
  target: fc.oneof(fc.constantFrom('/', '/posts/1?page=2', '/a"b', '/%22'), target),
  fields: fc.array(fc.tuple(name, value), { maxLength: 8 }),
  emptyLines: fc.constantFrom('', '\r\n'),
})
const known = fc.record({
  clientAddress: fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('', 'fe80::1%eth0', 'a"b')),
  receivedMs: fc.integer({ min: 0, max: 4e12 }).map((tenths) => tenths / 10),
  status: fc.constantFrom(200, 204, 304, 404, 599),
  bodyBytesSent: fc.oneof(fc.constantFrom(0, 9, 10, 99, 100, 262_144), fc.nat()),
})

describe('a line of a hit, copied from where its request lies', () => {
  it('is the line that is made of its record, whatever the client sends', async () => {
    const file = join(folder.path, 'hits.log')
    const log = openAccessLog({ format: 'combined', file })
    const expected: string[] = []
    let asked = 0
    let recorded = 0
    fc.assert(
      fc.property(request, known, ({ method, target: wanted, fields, emptyLines }, facts) => {
        const lines = fields.map(([field, text]) => `${field}: ${text}\r\n`).join('')
        const bytes = Buffer.from(`${emptyLines}${method} ${wanted} HTTP/1.1\r\nHost: h\r\n${lines}\r\n`, 'latin1')
        const read = new RequestHeadReader(limits).read(bytes, 0)
        const scanned = new RequestHeadScanner(limits).read(bytes, 0)
        assert.equal(scanned.kind, read.kind)
        if (read.kind !== 'head' || scanned.kind !== 'head') return
        const { head } = read
        const record = exchange({
          ...facts,
          method: head.method,
          target: head.target,
          referer: firstValue(head.fields, 'referer'),
          userAgent: firstValue(head.fields, 'user-agent'),
        })
        const madeRecord = (): LoggedExchange => {
          recorded++
          return record
        }
        log.writeHit!({ ...facts, request: scanned.head, record: madeRecord })
        expected.push(combinedLine(record))
        asked++
      }),
      { numRuns: 3000, endOnFailure: true },
    )
    await log.close()
    assert.equal(readFileSync(file, 'latin1'), expected.join(''))
    assert.equal(log.droppedLines, 0)
    assert.ok(asked > 1000, `${asked} requests were read`)
    assert.ok(recorded > 100 && recorded < asked - 100, `both ways were gone: ${recorded} of ${asked} by their record`)
  })
})

describe('formats that say how an exchange ended', () => {
  for (const format of ['json', 'squid'] as const) {
    it(`${format} takes records only`, async () => {
      const log = openAccessLog({ format, file: join(folder.path, format) })
      assert.equal(log.writeHit, undefined)
      await log.close()
    })
  }
})
