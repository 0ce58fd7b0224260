import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { KeptHead } from '../../src/http1/kept-head.ts'
import { RequestHeadScanner } from '../../src/http1/request-scanner.ts'
import { fieldLines, writeRequestHead } from '../../src/http1/writer.ts'
import { mutated, Random, someRequest } from './generate.ts'
import { HEAD_LIMITS, latin1, readChunks } from './support.ts'

const FIRST = ['Host', 'here.test']
const LAST = ['Via', '1.1 here']

describe('a kept head', () => {
  it('goes on as a writer would write it, without the lines that end', () => {
    const random = new Random(20_261_123)
    let found = 0
    for (let i = 0; i < 20_000; i++) {
      const bytes = mutated(random, someRequest(random), 1)
      const result = readChunks(new RequestHeadScanner(HEAD_LIMITS), [bytes])
      if (result.kind !== 'head') continue
      const scanned = result.head
      const { lines } = scanned
      const places = Array.from({ length: lines.count }, (_, place) => place)
      if (places.length === 0 || !lines.isCanonical || scanned.line.minorVersion !== 1) continue
      found++
      const ending = [random.below(places.length + 1) - 1, random.below(places.length + 1) - 1]
      if (ending[0] === ending[1] && ending[0] !== -1) continue
      const { method, target, fields } = scanned.head(scanned.text())
      const kept = new KeptHead(scanned, ending[0]!, ending[1]!)
      const written = kept.with(latin1(fieldLines(FIRST)), latin1(`${fieldLines(LAST)}\r\n\r\n`))
      // The bytes that were read are gone by now, as those of an inbox are.
      scanned.bytes.fill(0)
      const memory = Buffer.alloc(written.bytesMax)
      const length = written.write(memory)
      const left = fields.filter((_, index) => !ending.includes(index >> 1))
      const wanted = writeRequestHead({ method, target, fields: [...FIRST, ...left, ...LAST] })
      assert.equal(memory.toString('latin1', 0, length), wanted)
      assert.deepEqual(kept.read().fields, fields)
      assert.equal(kept.read().linesOf(left)?.text ?? fieldLines(left), fieldLines(left))
    }
    assert.ok(found > 800, `${found} of 20,000`)
  })
})
