import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { escapedExpression, tagsInExpression, urlExpression } from '../../src/invalidate/dialects/expressions.ts'
import { readHtcpClear } from '../../src/invalidate/dialects/htcp.ts'
import { liteSpeedOrders } from '../../src/invalidate/dialects/litespeed.ts'

const tag = fc.stringMatching(/^[A-Za-z0-9_:.-]{1,12}$/)
const tags = fc.uniqueArray(tag, { minLength: 1, maxLength: 8 })

describe('an expression that is a list of tags', () => {
  for (const [sender, write] of [
    ['Magento', (list: readonly string[]) => list.map((one) => `((^|,)${one}(,|$))`).join('|')],
    ['FOSHttpCache', (list: readonly string[]) => `(^|,)(${list.map(escapedExpression).join('|')})(,|$)`],
    ['Drupal', (list: readonly string[]) => list.join('|')],
  ] as const) {
    it(`is read back as ${sender} writes it`, () => {
      fc.assert(fc.property(tags, (list) => assert.deepEqual(tagsInExpression(write(list)), list)))
    })
  }

  it('is none when it says more', () => {
    for (const expression of ['node:.*', 'a+', '[ab]', '(a|b)c', '^a$', 'a b', '', '(a', 'a\\d']) {
      assert.equal(tagsInExpression(expression), undefined, expression)
    }
  })

  it('never throws, whatever somebody sends', () => {
    fc.assert(fc.property(fc.string(), (text) => void tagsInExpression(text)))
  })
})

describe('an expression for the URLs of a site', () => {
  it('is a prefix where it only says what comes first', () => {
    for (const [expression, prefix] of [
      ['/.*', 'h/'],
      ['/', 'h/'],
      ['/blog/.*', 'h/blog/'],
      ['^/blog\\.html.*$', 'h/blog.html'],
    ] as const) {
      assert.deepEqual(urlExpression('h', expression), { scope: 'prefix', prefix })
    }
  })

  it('is a pattern of that site where it says more, from the start of the path', () => {
    for (const [expression, url] of [
      ['/(a|b).*', '^/(a|b).*'],
      ['/a', '^/a'],
      ['\\.css$', '\\.css$'],
    ] as const) {
      assert.deepEqual(urlExpression('h.test', expression), { scope: 'pattern', pattern: { host: '^h\\.test$', url } })
    }
  })
})

describe('the fields of LiteSpeed', () => {
  it('are read as its plugins write them; what is private is not stored here', () => {
    const fields = [
      'X-LiteSpeed-Purge',
      'public,stale,Po.1,tag=F;private,*',
      'x-litespeed-purge2',
      '*',
      'X-LiteSpeed-Purge',
      '/a?b',
    ]
    assert.deepEqual(liteSpeedOrders(fields, 'h.test'), [
      { scope: 'tag', tag: 'Po.1', soft: true },
      { scope: 'tag', tag: 'F', soft: true },
      { scope: 'uri', uri: 'http://h.test/a?b' },
      { scope: 'prefix', prefix: 'h.test/' },
    ])
  })
})

describe('an HTCP datagram', () => {
  /** As MediaWiki packs it: `nxxnCxNxxa*n`, and `na4na*na8n` for what is cleared. */
  function datagram(url: string, opcode: number): Buffer {
    const counted = (text: string) => [text.length >> 8, text.length & 255, ...Buffer.from(text)]
    const specifier = [...counted('HEAD'), ...counted(url), ...counted('HTTP/1.0'), 0, 0]
    const dataLength = 8 + 2 + specifier.length
    const length = 4 + dataLength + 2
    const data = [dataLength >> 8, dataLength & 255, opcode, 0, 1, 2, 3, 4, 0, 0, ...specifier]
    return Buffer.from([length >> 8, length & 255, 0, 0, ...data, 0, 2])
  }

  it('names its URL in the bit order of Squid, and in that of RFC 2756', () => {
    for (const opcode of [0x04, 0x40])
      assert.equal(readHtcpClear(datagram('http://h.test/a', opcode)), 'http://h.test/a')
  })

  it('of another kind, or a cut one, names nothing', () => {
    const whole = datagram('http://h.test/a', 4)
    assert.equal(readHtcpClear(datagram('http://h.test/a', 1)), undefined)
    for (let length = 0; length < whole.length; length++) {
      assert.equal(readHtcpClear(whole.subarray(0, length)), undefined, `${length} bytes`)
    }
  })

  it('never throws, whatever somebody sends', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => void readHtcpClear(Buffer.from(bytes))))
  })
})
