import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { KeptHead, KeptSection } from '../../src/http1/kept-head.ts'
import type { MessageBytes } from '../../src/http1/outbox.ts'
import { RequestHeadScanner } from '../../src/http1/request-scanner.ts'
import { fieldLines, writeRequestHead } from '../../src/http1/writer.ts'
import { mutated, Random, someRequest } from './generate.ts'
import { HEAD_LIMITS, latin1, readChunks } from './support.ts'

/** Targets, and what is written around the lines, one after the other with the same section. */
const SAID = [
  ['/a', ['Host', 'here.test'], ['Via', '1.1 here']],
  ['/a?b=%20', ['Host', 'here.test'], ['Via', '1.1 here']],
  ['/', ['Host', 'there.test', 'X-A', '1'], ['Via', '1.1 there', 'X-B', '2']],
] as const

function written(message: MessageBytes): string {
  const memory = Buffer.alloc(message.bytesMax)
  return memory.toString('latin1', 0, message.write(memory))
}

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
      const ending = places.filter(() => random.once(3))
      const { fields } = scanned.head(scanned.text())
      const section = new KeptSection(scanned, ending, random.once(2))
      // The bytes that were read are gone by now, as those of an inbox are.
      scanned.bytes.fill(0)
      for (const [target, first, last] of SAID) {
        const kept = new KeptHead(section, target)
        const left = fields.filter((_, index) => !ending.includes(index >> 1))
        const wanted = writeRequestHead({ method: 'GET', target, fields: [...first, ...left, ...last] })
        const around = { first: latin1(fieldLines(first)), last: latin1(`${fieldLines(last)}\r\n\r\n`) }
        assert.equal(written(kept.with(around)), wanted)
        assert.deepEqual(kept.read().fields, fields)
        assert.equal(kept.read().linesOf(left)?.text ?? fieldLines(left), fieldLines(left))
      }
    }
    assert.ok(found > 800, `${found} of 20,000`)
  })
})
