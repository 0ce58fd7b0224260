import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type KeptLines, keptLines } from '../../src/http1/kept-lines.ts'
import { RequestHeadScanner } from '../../src/http1/request-scanner.ts'
import { fieldLines } from '../../src/http1/writer.ts'
import { mutated, Random, someRequest } from './generate.ts'
import { HEAD_LIMITS, latin1, readChunks } from './support.ts'

/** The lines of those fields of a head that `keeps` says; undefined also for a head that is refused. */
function kept(bytes: Buffer, keeps: (name: string) => boolean): { lines: KeptLines | undefined; fields: string[] } {
  const result = readChunks(new RequestHeadScanner(HEAD_LIMITS), [bytes])
  if (result.kind !== 'head') return { lines: undefined, fields: [] }
  const scanned = result.head
  const text = scanned.text()
  const received = scanned.head(text).fields
  const fields = received.filter((_, i) => keeps(received[i - (i % 2)]!))
  return { lines: keptLines(scanned, text, received, fields), fields }
}

const head = (...lines: string[]): Buffer => latin1(['GET / HTTP/1.1', ...lines, '', ''].join('\r\n'))
const all = (): boolean => true

describe('kept lines', () => {
  it('are what a writer makes of the same fields, or are not there, whatever was read and left out', () => {
    const random = new Random(20_260_104)
    let found = 0
    for (let i = 0; i < 5000; i++) {
      const bytes = mutated(random, someRequest(random), 1)
      const share = random.below(5)
      const { lines, fields } = kept(bytes, (name) => (name.length + i) % 5 !== share)
      if (lines === undefined) continue
      found++
      assert.equal(lines.fields, fields)
      assert.equal(lines.text, fieldLines(fields), JSON.stringify(bytes.toString('latin1')))
    }
    assert.ok(found > 500, `${found} of 5000`)
  })

  it('are those of browsers as they came', () => {
    const { lines } = kept(
      head('Host: a.test', 'Accept: */*', 'Cookie: a=1; b=2', 'X-Empty: '),
      (name) => name !== 'Host',
    )
    assert.equal(lines?.text, '\r\nAccept: */*\r\nCookie: a=1; b=2\r\nX-Empty: ')
  })

  it('leave out what stands between, also when it says the same as what is kept', () => {
    const { lines } = kept(head('A: 1', 'B: 1', 'A: 1', 'B: 2', 'C: 3'), (name) => name !== 'B')
    assert.equal(lines?.text, '\r\nA: 1\r\nA: 1\r\nC: 3')
  })

  for (const line of ['A:1', 'A:  1', 'A:\t1', 'A: 1 ', 'A: 1\t', 'A:']) {
    it(`are not there for a line that is written otherwise: ${JSON.stringify(line)}`, () => {
      assert.equal(kept(head('Host: a.test', line, 'B: 2'), all).lines, undefined)
    })
  }
})
