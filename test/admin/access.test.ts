import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Access, type AdminRequest, refuseForms } from '../../src/admin/access.ts'
import { AdminError } from '../../src/admin/admin-error.ts'
import { HeldClock } from '../support/held-clock.ts'

const token = 'a token of some length'
const fromHere: AdminRequest = { method: 'GET', headers: { host: '127.0.0.1:9090' }, peerAddress: '127.0.0.1' }

/** The status that a request is refused with; 200 when it is let in. */
function statusOf(access: Access, request: Partial<AdminRequest> = {}, headers: AdminRequest['headers'] = {}): number {
  try {
    const asked = { ...fromHere, ...request, headers: { ...fromHere.headers, ...headers } }
    access.admit(asked, 'token')
    if (asked.method === 'POST') refuseForms(asked)
    return 200
  } catch (error) {
    assert.ok(error instanceof AdminError)
    return error.status
  }
}

describe('the admin listener without a token', () => {
  const access = new Access(undefined, new HeldClock())

  it('lets in who is on this machine', () => {
    assert.equal(statusOf(access), 200)
    assert.equal(statusOf(access, { peerAddress: '::1' }, { host: '[::1]:9090' }), 200)
    assert.equal(statusOf(access, {}, { host: 'localhost' }), 200)
    assert.equal(statusOf(access, {}, { origin: 'http://127.0.0.1:9090' }), 200)
  })

  it('A-AD-03 refuses names of others that resolve to this machine', () => {
    for (const host of ['evil.test', 'evil.test:9090', '127.0.0.1.evil.test', 'localhost.evil.test', '10.0.0.1:9090']) {
      assert.equal(statusOf(access, {}, { host }), 403, host)
    }
  })

  it('A-AD-03 refuses what a page of another site makes a browser send', () => {
    assert.equal(statusOf(access, {}, { origin: 'https://evil.test' }), 403)
    assert.equal(statusOf(access, {}, { origin: 'null' }), 403)
    assert.equal(statusOf(access, {}, { origin: 'http://127.0.0.1:8080' }), 403)
    assert.equal(statusOf(access, {}, { 'sec-fetch-site': 'cross-site' }), 403)
  })

  it('A-AD-04 refuses what a form can send', () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', '']) {
      assert.equal(statusOf(access, { method: 'POST' }, { 'content-type': type }), 415, type)
    }
    assert.equal(statusOf(access, { method: 'POST' }, { 'content-type': 'application/json; charset=utf-8' }), 200)
  })

  it('refuses requests that a proxy on this machine passed on', () => {
    const byProxies = ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip', 'x-forwarded-port', 'x-cluster-client-ip']
    for (const name of byProxies) {
      assert.equal(statusOf(access, {}, { [name]: '192.0.2.1' }), 403, name)
    }
    assert.equal(statusOf(access, { peerAddress: '192.0.2.1' }), 403)
  })
})

describe('the admin listener with a token', () => {
  const authorization = `Bearer ${token.replaceAll(' ', '-')}`
  const open = (clock = new HeldClock()) => new Access(token.replaceAll(' ', '-'), clock)

  it('A-AD-02 lets in who has it, from anywhere and by any name', () => {
    assert.equal(statusOf(open(), { peerAddress: '192.0.2.1' }, { host: 'box.test', authorization }), 200)
  })

  it('A-AD-02 refuses without it, with another, and with a part of it', () => {
    assert.equal(statusOf(open()), 401)
    assert.equal(statusOf(open(), {}, { authorization: 'Bearer wrong' }), 401)
    assert.equal(statusOf(open(), {}, { authorization: authorization.slice(0, -1) }), 401)
    assert.equal(statusOf(open(), {}, { authorization: `${authorization}x` }), 401)
    assert.equal(statusOf(open(), {}, { authorization: authorization.replace('Bearer', 'Basic') }), 401)
  })

  it('A-AD-02 makes an address with many wrong ones wait, and nobody else', () => {
    const clock = new HeldClock()
    const access = open(clock)
    for (let i = 0; i < 10; i++) assert.equal(statusOf(access, {}, { authorization: 'Bearer wrong' }), 401)
    assert.equal(statusOf(access, {}, { authorization }), 429)
    assert.equal(statusOf(access, { peerAddress: '127.0.0.2' }, { authorization }), 200)
    clock.advance(60_000)
    assert.equal(statusOf(access, {}, { authorization }), 200)
  })

  it('still refuses pages of other sites and forms', () => {
    assert.equal(statusOf(open(), {}, { authorization, origin: 'https://evil.test' }), 403)
    assert.equal(statusOf(open(), { method: 'POST' }, { authorization, 'content-type': 'text/plain' }), 415)
  })

  it('needs none for what says nothing', () => {
    assert.doesNotThrow(() => open().admit(fromHere, 'anyone'))
  })
})
