import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { readConfig } from '../../src/config/read-config.ts'

describe('docs/origins.md', () => {
  it('shows a configuration that works', () => {
    const document = readFileSync(new URL('../../docs/origins.md', import.meta.url), 'utf8')
    const text = /```yaml\n([\s\S]*?)```/.exec(document)?.[1] ?? ''
    const read = readConfig({ text, file: 'origins.md' })
    assert.ok(read.kind === 'ok', JSON.stringify(read))
    assert.equal(read.config.origins.length, 3)
  })
})
