import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type ForwardedRequest, hasPassedHere, upstreamForwardingFields } from '../../src/request/forwarding.ts'
import { maxForwards } from '../../src/request/max-forwards.ts'

const settings = { pseudonym: 'bw-1', sendForwarded: true }
const direct: ForwardedRequest = {
  version: '1.1',
  forwarding: [],
  peerAddress: '192.0.2.1',
  authority: 'h',
  scheme: 'http',
}

describe('what is said to the origin about a request', () => {
  it('names the hop and the client (RFC 9110 §7.6.3, RFC 7239)', () => {
    assert.deepEqual(upstreamForwardingFields(direct, settings), [
      ...['Via', '1.1 bw-1', 'X-Forwarded-For', '192.0.2.1', 'X-Forwarded-Proto', 'http', 'X-Forwarded-Host', 'h'],
      ...['Forwarded', 'for=192.0.2.1;host=h;proto=http'],
    ])
  })

  it('appends to what trusted proxies said', () => {
    const forwarding = ['via', '1.0 a', 'Via', '2 b', 'X-Forwarded-For', '1.1.1.1', 'Forwarded', 'for=1.1.1.1']
    const fields = upstreamForwardingFields({ ...direct, version: '1.0', forwarding }, settings)
    assert.deepEqual([fields[1], fields[3]], ['1.0 a, 2 b, 1.0 bw-1', '1.1.1.1, 192.0.2.1'])
    assert.equal(fields[9], 'for=1.1.1.1, for=192.0.2.1;host=h;proto=http')
  })

  it('quotes what has a colon, and leaves Forwarded out on request', () => {
    const request: ForwardedRequest = { ...direct, peerAddress: '2001:db8::1', authority: '[::1]:81', scheme: 'https' }
    assert.equal(upstreamForwardingFields(request, settings)[9], 'for="[2001:db8::1]";host="[::1]:81";proto=https')
    assert.equal(upstreamForwardingFields(request, { ...settings, sendForwarded: false }).length, 8)
  })
})

describe('a request that has been here before (A-HH-09)', () => {
  it('has our name as a recipient in Via', () => {
    for (const via of ['1.1 bw-1', '1.0 a, HTTP/1.1 BW-1 (comment)', '2\tbw-1'])
      assert.ok(hasPassedHere(['Via', via], 'bw-1'), via)
    for (const via of ['', 'bw-1', '1.1 bw-10', '1.1 a (bw-1)', '1.1 x.bw-1'])
      assert.ok(!hasPassedHere(['Via', via], 'bw-1'), via)
  })
})

describe('Max-Forwards (RFC 9110 §7.6.2)', () => {
  const of = (method: string, ...fields: string[]) => maxForwards({ method, fields })

  it('is counted down for OPTIONS, and answered here at 0', () => {
    assert.deepEqual(of('OPTIONS', 'max-forwards', '2'), { kind: 'forward', fields: ['Max-Forwards', '1'] })
    assert.deepEqual(of('OPTIONS', 'Max-Forwards', '0'), { kind: 'answer-here' })
  })

  it('says nothing when malformed, repeated, or of another method', () => {
    for (const fields of [
      ['Max-Forwards', '-1'],
      ['Max-Forwards', '1', 'Max-Forwards', '0'],
      ['Max-Forwards', ''],
    ]) {
      assert.deepEqual(of('OPTIONS', ...fields), { kind: 'forward', fields })
    }
    assert.deepEqual(of('GET', 'Max-Forwards', '0'), { kind: 'forward', fields: ['Max-Forwards', '0'] })
  })

  it('never lets TRACE pass (A-RL-08)', () => assert.deepEqual(of('TRACE'), { kind: 'answer-here' }))
})
