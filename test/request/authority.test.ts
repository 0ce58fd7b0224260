import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { hostOf, parseAuthority } from '../../src/request/authority.ts'

describe('authority (RFC 3986 §3.2, §6.2)', () => {
  for (const [text, expected] of [
    ['h', 'h'],
    ['H.Test', 'h.test'],
    ['h.test.', 'h.test'],
    ['h.test:80', 'h.test'],
    ['h.test.:80', 'h.test'],
    ['h.test:', 'h.test'],
    ['h.test:0080', 'h.test'],
    ['h.test:443', 'h.test:443'],
    ['h.test:0', 'h.test:0'],
    ['h.test:65535', 'h.test:65535'],
    ['a_b.test', 'a_b.test'],
    ['127.0.0.1:8080', '127.0.0.1:8080'],
    ['[::1]', '[::1]'],
    ['[::1]:80', '[::1]'],
    ['[0:0:0:0:0:0:0:1]:81', '[::1]:81'],
    ['[2001:DB8::A]', '[2001:db8::a]'],
  ] as const) {
    it(`reads ${text} as ${expected}`, () => assert.equal(parseAuthority(text, 'http'), expected))
  }

  for (const text of [
    ...[
      '',
      '.',
      '..',
      '.h',
      'h..',
      'a..b',
      'h/evil',
      'h?x',
      'h#x',
      'u@h',
      'h h',
      ' h',
      'h\t',
      'h,i',
      'a%2eb',
      'h\x00',
      'é',
    ],
    ...[
      'h:65536',
      'h:99999',
      'h:123456',
      'h:-1',
      'h:80:80',
      'h:8o',
      ':80',
      '[::1',
      '[::1].x',
      '::1',
      '[]',
      '[::1%25eth0]',
    ],
    ...['[v1.x]', '[1.2.3.4]', '127.1', '1.2.3.4.5', '999.1.1.1', '1', 'x.1', `${'a'.repeat(254)}`],
  ]) {
    it(`refuses ${JSON.stringify(text.slice(0, 30))}`, () => assert.equal(parseAuthority(text, 'http'), undefined))
  }

  it('drops the port that the scheme has by default, and no other', () => {
    assert.equal(parseAuthority('h:443', 'https'), 'h')
    assert.equal(parseAuthority('h:80', 'https'), 'h:80')
  })

  it('never throws, and reads its own result as the same', () => {
    const near = fc.stringMatching(/^[[\]a-zA-Z0-9.:_%@/-]{0,20}$/)
    fc.assert(
      fc.property(
        fc.oneof(
          near,
          fc.string(),
          fc.ipV6().map((a) => `[${a}]:80`),
          fc.domain(),
        ),
        (text) => {
          const once = parseAuthority(text, 'http')
          if (once === undefined) return
          assert.equal(parseAuthority(once, 'http'), once)
          assert.match(once, /^[0-9a-z._:[\]-]+$/)
        },
      ),
    )
  })

  it('tells the host from the port', () => {
    assert.deepEqual(['h', 'h:1', '[::1]', '[::1]:1'].map(hostOf), ['h', 'h', '[::1]', '[::1]'])
  })
})
