import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  announcedLength,
  connectionOptions,
  connectionPersists,
  type Framing,
  requestFraming,
  responseFraming,
} from '../../src/http1/framing.ts'
import type { Refused } from '../../src/http1/refused.ts'
import { requestHead, responseHead } from './support.ts'

function ofRequest(lines: string[], version = '1.1'): Framing | Refused {
  return requestFraming(requestHead(`POST /p/a HTTP/${version}\r\n${['Host: h', ...lines, '', ''].join('\r\n')}`))
}

interface ResponseCase {
  readonly status?: number
  readonly version?: string
  readonly method?: string
}

function ofResponse(
  lines: string[],
  { status = 200, version = '1.1', method = 'GET' }: ResponseCase = {},
): Framing | Refused {
  return responseFraming(responseHead(`HTTP/${version} ${status} X\r\n${[...lines, '', ''].join('\r\n')}`), method)
}

function assertRefused(framing: Framing | Refused, reason: string, status: number): void {
  assert.equal(framing.kind, 'refused', JSON.stringify(framing))
  if (framing.kind === 'refused') assert.deepEqual([framing.reason, framing.status], [reason, status])
}

const BAD_LENGTHS: readonly (readonly [id: string, value: string])[] = [
  ['A-CL-01', '0xa'],
  ['A-CL-02', '-1'],
  ['A-CL-04', '+10'],
  ['A-CL-05', '5, 5'],
  ['A-CL-05', '5,'],
  ['A-CL-06', ''],
  ['A-CL-07', '99999999999999999999'],
  ['A-CL-07', '9007199254740992'],
  ['A-CL-07', '9'.repeat(400)],
  ['A-RS-12', '5x'],
  ['RFC 9110 §8.6', '5 5'],
  ['RFC 9110 §8.6', '5.0'],
  ['RFC 9110 §8.6', '1e3'],
  ['RFC 9110 §8.6', '1_0'],
  ['RFC 9110 §8.6', '"5"'],
  ['RFC 9110 §8.6', '\xb2'],
]

const BAD_CODINGS: readonly (readonly [id: string, values: string[], reason: string])[] = [
  ['A-SM-03', ['chunked, gzip'], 'bad-coding'],
  ['A-SM-06', ['cow'], 'unknown-coding'],
  ['A-SM-06', ['xchunked'], 'unknown-coding'],
  ['A-SM-07', ['chunked', 'chunked'], 'bad-coding'],
  ['A-SM-07', ['chunked, chunked'], 'bad-coding'],
  ['A-SM-08', ['identity'], 'unknown-coding'],
  ['A-SM-08', ['chunked, identity'], 'bad-coding'],
  ['A-SM-09', ['gzip, chunked'], 'unknown-coding'],
  ['A-SM-09', ['gzip', 'chunked'], 'bad-coding'],
  ['RFC 9112 §6.1', [''], 'bad-coding'],
  ['RFC 9112 §6.1', ['chunked,'], 'bad-coding'],
  ['RFC 9112 §6.1', [',chunked'], 'bad-coding'],
  ['RFC 9112 §6.1', ['"chunked"'], 'bad-coding'],
  ['RFC 9112 §6.1', ['chunked;q=1'], 'bad-coding'],
  ['RFC 9112 §6.1', ['chun\tked'], 'bad-coding'],
  ['RFC 9112 §6.1', ['chunked\xa0'], 'unknown-coding'],
]

describe('framing of a request (RFC 9112 §6.3)', () => {
  it('is none without Content-Length and Transfer-Encoding', () => {
    assert.deepEqual(ofRequest([]), { kind: 'none' })
  })

  it('is the length that is given', () => {
    assert.deepEqual(ofRequest(['Content-Length: 10']), { kind: 'length', length: 10 })
    assert.deepEqual(ofRequest(['content-length:0']), { kind: 'length', length: 0 })
    assert.deepEqual(ofRequest(['Content-Length: 9007199254740991']), {
      kind: 'length',
      length: Number.MAX_SAFE_INTEGER,
    })
  })

  it('is chunked, in any case of the word', () => {
    assert.deepEqual(ofRequest(['Transfer-Encoding: chunked']), { kind: 'chunked' })
    assert.deepEqual(ofRequest(['transfer-encoding:CHUNKED']), { kind: 'chunked' })
  })

  it('A-SM-01 A-SM-02 refuses Content-Length beside Transfer-Encoding, in either order', () => {
    assertRefused(ofRequest(['Content-Length: 5', 'Transfer-Encoding: chunked']), 'length-and-coding', 400)
    assertRefused(ofRequest(['Transfer-Encoding: chunked', 'Content-Length: 4']), 'length-and-coding', 400)
    assertRefused(ofRequest(['Transfer-Encoding: cow', 'Content-Length: 4']), 'length-and-coding', 400)
  })

  it('A-SM-04 refuses Transfer-Encoding in HTTP/1.0', () => {
    assertRefused(ofRequest(['Connection: keep-alive', 'Transfer-Encoding: chunked'], '1.0'), 'coding-in-http-1.0', 400)
  })

  for (const [id, values, reason] of BAD_CODINGS) {
    it(`${id} refuses Transfer-Encoding ${JSON.stringify(values)}`, () => {
      const lines = values.map((value) => `Transfer-Encoding: ${value}`)
      assertRefused(ofRequest(lines), reason, reason === 'unknown-coding' ? 501 : 400)
    })
  }

  for (const [id, value] of BAD_LENGTHS) {
    it(`${id} refuses Content-Length ${JSON.stringify(value.slice(0, 30))}`, () => {
      assertRefused(ofRequest([`Content-Length: ${value}`]), 'bad-length', 400)
    })
  }

  it('A-CL-03 refuses two Content-Length fields, equal or not', () => {
    assertRefused(ofRequest(['Content-Length: 5', 'Content-Length: 5']), 'repeated-length', 400)
    assertRefused(ofRequest(['Content-Length: 5', 'Content-Length: 6', 'Content-Length: 5']), 'repeated-length', 400)
  })

  it('A-CL-09 refuses two Content-Length fields that differ in case', () => {
    assertRefused(ofRequest(['CONTENT-LENGTH: 5', 'content-Length: 5']), 'repeated-length', 400)
  })

  it('A-SM-13 A-HH-02 refuses a Connection field that names the framing or Host', () => {
    for (const name of ['Transfer-Encoding', 'content-length', 'HOST']) {
      assertRefused(ofRequest([`Connection: keep-alive, ${name}`]), 'connection-names-framing', 400)
      assertRefused(ofRequest(['Connection: close', `connection:${name}`]), 'connection-names-framing', 400)
    }
  })

  it('does not take names that only look like its fields', () => {
    assert.deepEqual(ofRequest(['Content_Length: 5', 'X-Transfer-Encoding: chunked', 'Transfer_Encoding: chunked']), {
      kind: 'none',
    })
  })
})

describe('framing of a response (RFC 9112 §6.3)', () => {
  it('is the length, chunked, or else until the connection closes', () => {
    assert.deepEqual(ofResponse(['Content-Length: 5']), { kind: 'length', length: 5 })
    assert.deepEqual(ofResponse(['Transfer-Encoding: Chunked']), { kind: 'chunked' })
    assert.deepEqual(ofResponse([]), { kind: 'until-close' })
    assert.deepEqual(ofResponse([], { version: '1.0' }), { kind: 'until-close' })
  })

  it('is none for HEAD, 1xx, 204 and 304, whatever the fields say (A-OK-12)', () => {
    for (const status of [100, 101, 103, 199, 204, 304])
      assert.deepEqual(ofResponse(['Content-Length: 5'], { status }), { kind: 'none' })
    assert.deepEqual(ofResponse(['Content-Length: 5'], { method: 'HEAD' }), { kind: 'none' })
    assert.deepEqual(ofResponse(['Transfer-Encoding: chunked'], { method: 'HEAD' }), { kind: 'none' })
    assert.deepEqual(ofResponse([], { status: 304 }), { kind: 'none' })
  })

  it('is none for a successful CONNECT, and not for a refused one', () => {
    assert.deepEqual(ofResponse([], { method: 'CONNECT' }), { kind: 'none' })
    assert.deepEqual(ofResponse(['Content-Length: 5'], { method: 'CONNECT', status: 403 }), {
      kind: 'length',
      length: 5,
    })
  })

  it('is not none for a lower-case "head", which is another method', () => {
    assert.deepEqual(ofResponse(['Content-Length: 5'], { method: 'head' }), { kind: 'length', length: 5 })
  })

  it('A-RS-04 refuses two Content-Length fields', () => {
    assertRefused(ofResponse(['Content-Length: 5', 'Content-Length: 60']), 'repeated-length', 502)
    assertRefused(ofResponse(['Content-Length: 5', 'content-length: 5']), 'repeated-length', 502)
  })

  it('refuses Content-Length beside Transfer-Encoding', () => {
    assertRefused(ofResponse(['Transfer-Encoding: chunked', 'Content-Length: 5']), 'length-and-coding', 502)
  })

  it('refuses Transfer-Encoding in HTTP/1.0', () => {
    assertRefused(ofResponse(['Transfer-Encoding: chunked'], { version: '1.0' }), 'coding-in-http-1.0', 502)
  })

  for (const [id, values, reason] of BAD_CODINGS) {
    it(`${id} refuses Transfer-Encoding ${JSON.stringify(values)}`, () => {
      assertRefused(ofResponse(values.map((value) => `Transfer-Encoding: ${value}`)), reason, 502)
    })
  }

  for (const [id, value] of BAD_LENGTHS) {
    it(`${id} refuses Content-Length ${JSON.stringify(value.slice(0, 30))}`, () => {
      assertRefused(ofResponse([`Content-Length: ${value}`]), 'bad-length', 502)
    })
  }

  it('refuses a bad Content-Length also where no body follows', () => {
    assertRefused(ofResponse(['Content-Length: 5x'], { method: 'HEAD' }), 'bad-length', 502)
    assertRefused(ofResponse(['Content-Length: 5', 'Content-Length: 6'], { status: 304 }), 'repeated-length', 502)
  })
})

describe('announced length', () => {
  it('is that of Content-Length, also where no body follows', () => {
    assert.equal(announcedLength(['A', 'b', 'content-length', '12']), 12)
    assert.equal(announcedLength(['A', 'b']), undefined)
  })
})

describe('connection options (RFC 9110 §7.6.1)', () => {
  it('are all members of all Connection fields, in lower case', () => {
    const options = connectionOptions(['Connection', 'Keep-Alive, ,X-A', 'a', 'b', 'connection', 'TE'])
    assert.deepEqual([...options], ['keep-alive', 'x-a', 'te'])
    assert.deepEqual([...connectionOptions([])], [])
  })
})

describe('persistence (RFC 9112 §9.3)', () => {
  it('is the rule in HTTP/1.1, and ends with "close"', () => {
    assert.equal(connectionPersists({ minorVersion: 1, fields: [] }), true)
    assert.equal(connectionPersists({ minorVersion: 1, fields: ['Connection', 'X-A, Close'] }), false)
  })

  it('is asked for in HTTP/1.0', () => {
    assert.equal(connectionPersists({ minorVersion: 0, fields: [] }), false)
    assert.equal(connectionPersists({ minorVersion: 0, fields: ['Connection', 'Keep-Alive'] }), true)
  })

  it('A-HH-07 is not when both "close" and "keep-alive" are there', () => {
    for (const minorVersion of [0, 1] as const) {
      assert.equal(
        connectionPersists({ minorVersion, fields: ['Connection', 'keep-alive', 'Connection', 'close'] }),
        false,
      )
    }
  })
})
