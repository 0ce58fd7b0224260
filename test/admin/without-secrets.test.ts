import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { withoutSecrets } from '../../src/admin/without-secrets.ts'

describe('a configuration that is shown', () => {
  it('has no value of an option whose name ends in token, secret or password', () => {
    const shown = withoutSecrets({
      admin: { token: 'a' },
      tiers: { secret: 'b' },
      pools: [{ balance: { stickySecret: 'c', stickyCookie: 'shown' } }],
    })
    assert.deepEqual(shown, {
      admin: { token: '[redacted]' },
      tiers: { secret: '[redacted]' },
      pools: [{ balance: { stickySecret: '[redacted]', stickyCookie: 'shown' } }],
    })
  })
})
