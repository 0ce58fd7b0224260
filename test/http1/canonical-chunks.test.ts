import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { BodyDecoder } from '../../src/http1/body-decoder.ts'
import { canonicalChunksLength } from '../../src/http1/canonical-chunks.ts'
import { latin1 } from './support.ts'

const LIMITS = { trailerBytesMax: 1000, trailerFieldsMax: 10, extensionBytesMax: 1000 }

/** The data of a body; undefined where the bytes are not a whole one and no more, or it has trailers. */
function decoded(bytes: Buffer): string | undefined {
  const decoder = new BodyDecoder({ kind: 'chunked' }, LIMITS)
  let data = ''
  let isRefused = false
  const end = decoder.decode(bytes, 0, {
    data: (piece) => {
      data += piece.toString('latin1')
    },
    end: (trailers) => {
      isRefused ||= trailers.length > 0
    },
    refused: () => {
      isRefused = true
    },
  })
  return isRefused || !decoder.done || end !== bytes.length ? undefined : data
}

describe('a chunked body as it would be written here', () => {
  const chunks = fc.array(fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 20 }), { maxLength: 4 })
  const whole = (parts: readonly string[]): string =>
    `${parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')}0\r\n\r\n`

  it('has the length of its data', () => {
    fc.assert(
      fc.property(chunks, (parts) => {
        const text = whole(parts)
        assert.equal(canonicalChunksLength(latin1(`head${text}rest`), 4, 4 + text.length), parts.join('').length)
      }),
    )
  })

  it('is none that is cut anywhere', () => {
    const text = whole(['one', 'another one'])
    for (let end = 0; end < text.length; end++) {
      assert.equal(canonicalChunksLength(latin1(text), 0, end), Number.NaN)
    }
  })

  it('is one for a decoder, too, with as many bytes of data', () => {
    const noise = fc.string({ unit: 'binary-ascii', maxLength: 2 })
    let accepted = 0
    fc.assert(
      fc.property(chunks, fc.nat({ max: 60 }), fc.nat({ max: 2 }), noise, (parts, at, removed, inserted) => {
        const text = whole(parts)
        const begin = Math.min(at, text.length)
        const bytes = latin1(`${text.slice(0, begin)}${inserted}${text.slice(begin + removed)}`)
        const length = canonicalChunksLength(bytes, 0, bytes.length)
        if (Number.isNaN(length)) return
        accepted++
        assert.equal(decoded(bytes)?.length, length)
      }),
      { numRuns: 5000, seed: 20_261_123 },
    )
    assert.ok(accepted > 500, `${accepted}`)
  })

  const others = ['', '0', '0\r\n', '0\r\n\r', '0\r\n\r\nx', '00\r\n\r\n', '1\r\nx\r\n', 'A\r\n0123456789\r\n0\r\n\r\n']
  const odd = [
    '01\r\nx\r\n0\r\n\r\n',
    '1;a=b\r\nx\r\n0\r\n\r\n',
    '1 \r\nx\r\n0\r\n\r\n',
    '1\nx\r\n0\r\n\r\n',
    '0\r\nX: 1\r\n\r\n',
  ]
  for (const text of [
    ...others,
    ...odd,
    '-1\r\n\r\n',
    '2\r\nx\r\n0\r\n\r\n',
    'ffffffff1\r\n',
    '0x1\r\nx\r\n0\r\n\r\n',
  ]) {
    it(`is not ${JSON.stringify(text)}`, () => {
      // What stands behind it, of a message before, makes no difference.
      for (const stale of ['', '\r\n0\r\n\r\n', '0\r\n\r\n', '\n\r\n', '\n']) {
        assert.equal(canonicalChunksLength(latin1(`${text}${stale}`), 0, text.length), Number.NaN)
      }
    })
  }
})
