import assert from 'node:assert/strict'
import { isIP } from 'node:net'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { addressOf, clientSeen } from '../../src/request/client-address.ts'
import { parseForwarded } from '../../src/request/forwarded-field.ts'
import { plainAddress, TrustedPeers } from '../../src/request/trusted-peers.ts'

const trusted = new TrustedPeers(['10.0.0.0/8', '127.0.0.1', 'fd00::/8'])
const peer = { address: '10.0.0.1', scheme: 'http' } as const
const addressBehind = (...fields: string[]): string => clientSeen(fields, peer, trusted).address
const schemeBehind = (...fields: string[]): string => clientSeen(fields, peer, trusted).scheme

describe('the client behind trusted proxies', () => {
  it('is the peer itself when that is not trusted, whatever it says', () => {
    const stranger = { address: '192.0.2.1', scheme: 'http' } as const
    assert.equal(clientSeen(['X-Forwarded-For', '1.1.1.1', 'X-Forwarded-Proto', 'https'], stranger, trusted), stranger)
  })

  for (const [what, value, expected] of [
    ['the one entry', '192.0.2.1', '192.0.2.1'],
    ['the rightmost that is not trusted', '6.6.6.6, 192.0.2.1, 10.0.0.9', '192.0.2.1'],
    ['the leftmost of a chain all trusted', '10.1.1.1, 10.2.2.2', '10.1.1.1'],
    ['without port and brackets', '[2001:db8::1]:4711', '2001:db8::1'],
    ['without the port of IPv4', '192.0.2.1:80', '192.0.2.1'],
    ['IPv4 in its plain form', '::ffff:192.0.2.1', '192.0.2.1'],
    ['what is known when an entry is no address', '6.6.6.6, unknown', '10.0.0.1'],
    ['the last trusted before one that is no address', '6.6.6.6, bad, 10.5.5.5', '10.5.5.5'],
    ['the peer for an empty field', '', '10.0.0.1'],
  ] as const) {
    it(`is ${what}`, () => assert.equal(addressBehind('X-Forwarded-For', value), expected))
  }

  it('reads several fields as one list', () => {
    assert.equal(addressBehind('X-Forwarded-For', '6.6.6.6', 'x-forwarded-for', '192.0.2.7'), '192.0.2.7')
  })

  it('reads Forwarded where there is no X-Forwarded-For (RFC 7239 §5.2)', () => {
    assert.equal(addressBehind('Forwarded', 'for=6.6.6.6, For="[2001:db8::1]:80";proto=https'), '2001:db8::1')
    assert.equal(schemeBehind('Forwarded', 'for=192.0.2.1;proto=https'), 'https')
    assert.equal(addressBehind('Forwarded', 'for=192.0.2.1', 'X-Forwarded-For', '192.0.2.9'), '192.0.2.9')
    assert.equal(addressBehind('Forwarded', 'for=_hidden'), '10.0.0.1')
    assert.equal(addressBehind('Forwarded', 'for="192.0.2.1'), '10.0.0.1')
  })

  it('takes the scheme from X-Forwarded-Proto when that agrees with itself', () => {
    assert.equal(schemeBehind('X-Forwarded-Proto', 'HTTPS'), 'https')
    assert.equal(schemeBehind('X-Forwarded-Proto', 'https, http'), 'http')
    assert.equal(schemeBehind('X-Forwarded-Proto', 'gopher'), 'http')
  })

  it('looks at the nearest entries of an endless chain only', () => {
    const value = Array.from({ length: 100_000 }, () => '10.0.0.2').join(',')
    assert.equal(addressBehind('X-Forwarded-For', value), '10.0.0.2')
  })

  it('never throws and is always an address', () => {
    const near = fc.stringMatching(/^[0-9a-f.:[\], "=;for]{0,40}$/)
    fc.assert(
      fc.property(fc.oneof(near, fc.string()), (value) => {
        for (const name of ['X-Forwarded-For', 'Forwarded']) assert.notEqual(isIP(addressBehind(name, value)), 0)
        const address = addressOf(value)
        if (address !== undefined) assert.equal(addressOf(address), address)
        parseForwarded(value)
      }),
    )
  })
})

describe('Forwarded (RFC 7239 §4)', () => {
  it('reads quoted strings with separators in them', () => {
    assert.deepEqual(parseForwarded('for="a,b;c=\\"d";proto=http;by=x , ,for=e'), [
      { for: 'a,b;c="d', proto: 'http' },
      { for: 'e', proto: undefined },
    ])
  })

  it('believes nothing of a malformed value', () => {
    for (const value of ['for', 'for=', 'for="a', 'for=a b=c', 'for=a;for=b', '=a', 'for = a']) {
      assert.equal(parseForwarded(value), undefined, value)
    }
  })
})

describe('trusted peers', () => {
  it('knows networks of both families, and addresses alone', () => {
    const included = ['10.255.0.1', '127.0.0.1', 'fd12::1'].every((address) => trusted.includes(address))
    const excluded = ['11.0.0.1', '127.0.0.2', 'fe80::1', '', 'x', '10.0.0'].some((address) =>
      trusted.includes(address),
    )
    assert.deepEqual([included, excluded], [true, false])
  })

  it('refuses what is no network', () => {
    for (const network of ['10.0.0.0/33', 'fd00::/129', '10.0.0/8', '10.0.0.0/8/8', '10.0.0.0/', 'x', '10.0.0.0/-1']) {
      assert.throws(() => new TrustedPeers([network]), /Not a network/, network)
    }
  })

  it('sees IPv4 through IPv6 sockets', () => assert.equal(plainAddress('::ffff:10.0.0.1'), '10.0.0.1'))
})
