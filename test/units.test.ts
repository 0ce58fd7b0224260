import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  FormatError,
  formatDuration,
  formatHostPort,
  formatSize,
  parseDuration,
  parseHostPort,
  parseSize,
} from '../src/units.ts'

function suggestionOf(parse: () => unknown): string | undefined {
  try {
    parse()
  } catch (error) {
    assert.ok(error instanceof FormatError)
    return error.suggestion
  }
  return assert.fail('was accepted')
}

describe('durations', () => {
  for (const [text, ms] of [
    ['0', 0],
    ['250ms', 250],
    ['90s', 90_000],
    ['10m', 600_000],
    ['1.5h', 5_400_000],
    ['1d12h', 129_600_000],
    ['1d 12h', 129_600_000],
    ['1w', 604_800_000],
  ] as const) {
    it(`reads ${text}`, () => assert.equal(parseDuration(text), ms))
  }

  for (const text of ['', 'm', '-1s', '1h1d', '1s1s', '1x', '1s!', '10m later', '1e3s', 'Infinity', '999999999999w']) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => parseDuration(text), FormatError))
  }

  it('refuses a bare number and proposes seconds', () => {
    assert.equal(
      suggestionOf(() => parseDuration('10')),
      '10s',
    )
  })

  it('proposes its own words for those of others', () => {
    const suggestions = ['10 minutes', '10M', '2hrs', '5 sec', '3 days'].map((text) =>
      suggestionOf(() => parseDuration(text)),
    )
    assert.deepEqual(suggestions, ['10m', '10m', '2h', '5s', '3d'])
  })

  it('says what was found and what is expected', () => {
    assert.throws(() => parseDuration('soon'), {
      message: 'found "soon", expected a duration such as 90s, 10m or 1d12h',
    })
  })

  it('are read back from what was written', () => {
    fc.assert(fc.property(fc.nat(1e12), (ms) => assert.equal(parseDuration(formatDuration(ms)), ms)))
  })

  it('never read a text as something that is not a whole number of milliseconds', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9.]{0,6}(ms|[wdhms])?[0-9]{0,3}(ms|s)?$/), (text) => {
        try {
          assert.ok(Number.isSafeInteger(parseDuration(text)))
        } catch (error) {
          assert.ok(error instanceof FormatError)
        }
      }),
    )
  })
})

describe('sizes', () => {
  for (const [text, bytes] of [
    ['0', 0],
    ['512B', 512],
    ['64KB', 64_000],
    ['64KiB', 65_536],
    ['256mib', 268_435_456],
    ['1.5GiB', 1_610_612_736],
    ['2 GB', 2_000_000_000],
  ] as const) {
    it(`reads ${text}`, () => assert.equal(parseSize(text), bytes))
  }

  for (const text of ['', '12', 'MiB', '-1MiB', '1MiBs', '1XB', '99999999TiB']) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => parseSize(text), FormatError))
  }

  it('proposes a power of 1024 for letters that programs disagree on', () => {
    assert.equal(
      suggestionOf(() => parseSize('256M')),
      '256MiB',
    )
    assert.equal(
      suggestionOf(() => parseSize('64k')),
      '64KiB',
    )
  })

  it('are read back from what was written', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (bytes) => {
        const exact = Math.min(bytes, 1e15 - 1)
        assert.equal(parseSize(formatSize(exact)), exact)
      }),
    )
  })
})

describe('addresses with a port', () => {
  it('are IPv4 addresses, names, or IPv6 addresses in brackets', () => {
    assert.deepEqual(parseHostPort('127.0.0.1:8080'), { host: '127.0.0.1', port: 8080 })
    assert.deepEqual(parseHostPort('LocalHost:0'), { host: 'localhost', port: 0 })
    assert.deepEqual(parseHostPort('[::1]:8080'), { host: '::1', port: 8080 })
  })

  for (const text of ['', '127.0.0.1', '999.1.1.1:80', 'a:65536', 'a b:80', '[1.2.3.4]:80', 'http://a:80', 'a..b:80']) {
    it(`are not ${JSON.stringify(text)}`, () => assert.throws(() => parseHostPort(text), FormatError))
  }

  it('lead to a proposal when only the port or the brackets are wrong', () => {
    const suggestions = ['8080', ':8080', '*:8080', '::1:8080'].map((text) => suggestionOf(() => parseHostPort(text)))
    assert.deepEqual(suggestions, ['0.0.0.0:8080', '0.0.0.0:8080', '0.0.0.0:8080', '[::1]:8080'])
  })

  it('are read back from what was written', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()), fc.nat(65_535), (host, port) => {
        assert.deepEqual(parseHostPort(formatHostPort({ host, port })), { host: host.toLowerCase(), port })
      }),
    )
  })
})
