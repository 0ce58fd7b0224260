import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  type NormalisedRequest,
  normaliseRequest,
  type ReceivedHead,
  type ReceivedOn,
} from '../../src/request/normalise.ts'
import type { RequestSettings } from '../../src/request/request-settings.ts'
import { TrustedPeers } from '../../src/request/trusted-peers.ts'

const settings: RequestSettings = {
  servesHost: undefined,
  purgeMethods: new Set(),
  defaultAuthority: undefined,
  trusted: new TrustedPeers(['10.0.0.0/8']),
  pseudonym: 'breakwater',
  targetBytesMax: 8192,
  fieldsMax: 100,
}
const stranger: ReceivedOn = { peerAddress: '192.0.2.1', scheme: 'http' }
const proxy: ReceivedOn = { peerAddress: '::ffff:10.0.0.1', scheme: 'http' }

function received(head: Partial<ReceivedHead>, ...fields: string[]): ReceivedHead {
  return { method: 'GET', target: '/', version: '1.1', hasBody: false, fields: ['Host', 'h', ...fields], ...head }
}
function accepted(head: ReceivedHead, on = stranger, changed: Partial<RequestSettings> = {}): NormalisedRequest {
  const result = normaliseRequest(head, on, { ...settings, ...changed })
  assert.ok(result.kind === 'request', JSON.stringify(result))
  return result
}
function refusal(head: ReceivedHead, on = stranger, changed: Partial<RequestSettings> = {}): readonly [number, string] {
  const result = normaliseRequest(head, on, { ...settings, ...changed })
  assert.ok(result.kind === 'refused', JSON.stringify(result))
  return [result.status, result.reason]
}

describe('a normalised request', () => {
  it('has what ends at this hop taken off, the rest in order', () => {
    const head = received(
      { method: 'POST', target: '/a?b', hasBody: true },
      ...[
        'X-b',
        '1',
        'Connection',
        'X-Hop, TE',
        'X-Hop',
        's',
        'TE',
        'gzip, Trailers',
        'x-B',
        '2',
        'Expect',
        '100-Continue',
      ],
      ...['Content-Length', '5', 'Keep-Alive', 'x', 'Trailer', 'X-T', 'Proxy-Authorization', 's'],
    )
    assert.deepEqual(accepted(head), {
      kind: 'request',
      method: 'POST',
      scheme: 'http',
      authority: 'h',
      target: '/a?b',
      version: '1.1',
      fields: ['X-b', '1', 'x-B', '2', 'Trailer', 'X-T'],
      forwarding: [],
      isForwarded: false,
      clientAddress: '192.0.2.1',
      peerAddress: '192.0.2.1',
      expectsContinue: true,
      acceptsTrailers: true,
      upgrade: undefined,
    })
  })

  it('keeps forwarding fields of a trusted proxy apart, and believes them', () => {
    const fields = [
      'X-Forwarded-For',
      '192.0.2.9',
      'Via',
      '1.1 edge',
      'Forwarded',
      'for=192.0.2.9',
      'X-Real-IP',
      '192.0.2.9',
    ]
    const request = accepted(received({}, ...fields, 'X-Forwarded-Proto', 'https', 'X-Forwarded-Port', '443'), proxy)
    assert.deepEqual([request.clientAddress, request.peerAddress, request.scheme], ['192.0.2.9', '10.0.0.1', 'https'])
    assert.deepEqual(request.forwarding, fields.slice(0, 6))
    assert.deepEqual(request.fields, ['X-Real-IP', '192.0.2.9', 'X-Forwarded-Port', '443'])
  })

  it('believes a trusted proxy also where the client had Connection name its fields (CVE-2022-31813)', () => {
    const fields = ['X-Forwarded-For', '192.0.2.9', 'Connection', 'X-Forwarded-For, X-Forwarded-Proto']
    assert.equal(accepted(received({}, ...fields), proxy).clientAddress, '192.0.2.9')
  })

  it('keeps only Via of a stranger', () => {
    const fields = ['X-Forwarded-For', '1.1.1.1', 'Via', '1.1 edge', 'Forwarded', 'for=1.1.1.1', 'Proxy', 'x']
    const request = accepted(received({}, ...fields))
    assert.deepEqual([request.fields, request.forwarding], [[], ['Via', '1.1 edge']])
  })

  it('removes twins of fields with an underscore, from everyone, and leaves other underscores', () => {
    const fields = ['X_Forwarded_For', '1', 'X-Forwarded_Host', '1', 'Content_Length', '1', 'session_id', '1']
    for (const on of [stranger, proxy])
      assert.deepEqual(accepted(received({}, ...fields), on).fields, ['session_id', '1'])
  })

  it('removes a method override but from POST', () => {
    const fields = ['X-HTTP-Method-Override', 'DELETE']
    assert.deepEqual(accepted(received({}, ...fields)).fields, [])
    assert.deepEqual(accepted(received({ method: 'POST' }, ...fields)).fields, fields)
  })

  it('has the authority of an absolute-form target, and its path byte for byte', () => {
    const of = (target: string, method = 'GET') => accepted(received({ target, method }))
    assert.deepEqual([of('HTTP://H:80/%41\\..?b').target, of('HTTP://H:80/').authority], ['/%41\\..?b', 'h'])
    assert.deepEqual(
      [of('http://h').target, of('http://h?q').target, of('http://h', 'OPTIONS').target],
      ['/', '/?q', '*'],
    )
  })

  it('has the configured authority for HTTP/1.0 without Host, and then only', () => {
    const head = received({ version: '1.0', fields: [] })
    assert.equal(accepted(head, stranger, { defaultAuthority: 'Site.test:80' }).authority, 'site.test')
    assert.deepEqual(refusal(head), [400, 'no-host'])
    assert.deepEqual(refusal({ ...head, version: '1.1' }, stranger, { defaultAuthority: 'site.test' }), [
      400,
      'no-host',
    ])
  })

  it('has the authority of HTTP/2, which needs no Host', () => {
    const head = received({ version: '2', fields: [], authority: 'H' })
    assert.equal(accepted(head).authority, 'h')
    assert.deepEqual(refusal({ ...head, fields: ['host', 'other'] }), [400, 'host-differs'])
  })

  it('drops the default port of the scheme that the client used', () => {
    const head = received({ fields: ['Host', 'h:443', 'X-Forwarded-Proto', 'https'] })
    assert.deepEqual([accepted(head, proxy).authority, accepted(head).authority], ['h', 'h:443'])
  })

  it('asks for an upgrade only as RFC 6455 has it', () => {
    const fields = ['Upgrade', 'WebSocket', 'Connection', 'x, Upgrade']
    assert.equal(accepted(received({}, ...fields)).upgrade, 'websocket')
    assert.equal(accepted(received({ method: 'POST' }, ...fields)).upgrade, undefined)
    assert.equal(accepted(received({ version: '1.0' }, ...fields)).upgrade, undefined)
    assert.equal(accepted(received({ hasBody: true }, ...fields)).upgrade, undefined)
    assert.equal(accepted(received({}, 'Upgrade', 'websocket')).upgrade, undefined)
    assert.equal(accepted(received({}, 'Upgrade', 'h2c, websocket', 'Connection', 'upgrade')).upgrade, undefined)
  })

  it('expects nothing in HTTP/1.0 (RFC 9110 §10.1.1)', () => {
    assert.equal(accepted(received({ version: '1.0', hasBody: true }, 'Expect', '100-continue')).expectsContinue, false)
    assert.equal(accepted(received({ version: '1.0' }, 'Expect', '200-ok')).expectsContinue, false)
  })
})

describe('a refused request', () => {
  for (const [what, head, expected] of [
    ['an unknown major version', received({ version: '3.0' }), [505, 'unsupported-version']],
    ['HTTP/0.9', received({ version: '0.9' }), [505, 'unsupported-version']],
    ['CONNECT', received({ method: 'CONNECT', target: 'h:443' }), [501, 'connect']],
    ['too many fields', received({}, ...Array.from({ length: 200 }, () => 'x')), [431, 'too-many-fields']],
    ['a fragment', received({ target: '/a#b' }), [400, 'bad-target']],
    ['a space', received({ target: '/a b' }), [400, 'bad-target']],
    ['a byte beyond ASCII', received({ target: '/\xe9' }), [400, 'bad-target']],
    ['an empty target', received({ target: '' }), [400, 'bad-target']],
    ['a long target', received({ target: `/${'a'.repeat(8192)}` }), [414, 'target-too-long']],
    ['another scheme', received({ target: 'ftp://h/' }), [400, 'bad-target-form']],
    ['a relative target', received({ target: 'a' }), [400, 'bad-target-form']],
    ['an asterisk of GET', received({ target: '*' }), [400, 'bad-target-form']],
    ['user information', received({ target: 'http://u@h/' }), [400, 'bad-host']],
    ['another host in the target', received({ target: 'http://x/' }), [400, 'host-differs']],
    ['another port in the target', received({ target: 'http://h:81/' }), [400, 'host-differs']],
    ['the other scheme', received({ target: 'https://h/' }), [400, 'wrong-scheme']],
    ['two Hosts', received({}, 'HOST', 'h'), [400, 'repeated-host']],
    ['Connection: Host', received({}, 'Connection', 'close, Host'), [400, 'connection-names-end-to-end']],
    ['Connection: Cookie', received({}, 'Connection', 'cookie'), [400, 'connection-names-end-to-end']],
    ['an unknown expectation', received({}, 'Expect', '200-ok'), [417, 'unknown-expectation']],
    ['two expectations', received({}, 'Expect', '100-continue, x'), [417, 'unknown-expectation']],
    ['a loop', received({}, 'Via', '1.1 a, 1.1 Breakwater (x)'), [508, 'loop']],
  ] as const) {
    it(`is one with ${what}`, () => assert.deepEqual(refusal(head), expected))
  }

  it('is one for a host that is not served (A-HO-09)', () => {
    const changed = { servesHost: (authority: string) => authority.startsWith('h.test:') }
    assert.deepEqual(refusal(received({}), stranger, changed), [421, 'unknown-host'])
    assert.equal(accepted(received({ fields: ['Host', 'H.TEST.:81'] }), stranger, changed).authority, 'h.test:81')
  })

  it('is not one where a trusted proxy speaks of https', () => {
    assert.equal(accepted(received({ target: 'https://h:443/' }), proxy).scheme, 'https')
  })

  it('is what it is whatever is sent: nothing throws, and a normalised request normalises to itself', () => {
    const name = fc.constantFrom(
      'Host',
      'Connection',
      'Via',
      'X-Forwarded-For',
      'Forwarded',
      'TE',
      'Upgrade',
      'X-A',
      '__proto__',
    )
    const fields = fc.array(fc.tuple(name, fc.string()), { maxLength: 6 }).map((pairs) => pairs.flat())
    const target = fc.oneof(
      fc.webUrl({ withQueryParameters: true }),
      fc.webPath().map((path) => `/${path}`),
      fc.string(),
    )
    fc.assert(
      fc.property(fc.constantFrom('GET', 'POST', 'OPTIONS'), target, fields, (method, target, more) => {
        const once = normaliseRequest(received({ method, target }, ...more), stranger, settings)
        if (once.kind === 'refused') return
        const { authority, forwarding } = once
        const again = received({
          method,
          target: once.target,
          fields: ['Host', authority, ...once.fields, ...forwarding],
        })
        const { fields, target: same } = accepted(again)
        assert.deepEqual([fields, same], [once.fields, once.target])
      }),
    )
  })
})
