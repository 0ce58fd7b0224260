import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { it } from 'node:test'
import { conformanceDocument } from './table.ts'

it('docs/conformance.md is what `node test/conformance/write-table.ts` writes', () => {
  const written = readFileSync(new URL('../../docs/conformance.md', import.meta.url), 'utf8')
  assert.ok(written === conformanceDocument(), 'it is out of date')
})
