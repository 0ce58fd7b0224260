import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { routes } from '../../src/admin/routes.ts'
import { openapiFile, openapiYaml } from '../../src/admin/write-openapi.ts'

describe('docs/openapi.yaml', () => {
  it('is what the routes say: run `npm run docs` when it is not', () => {
    assert.equal(readFileSync(openapiFile, 'utf8'), openapiYaml())
  })

  it('has every route', () => {
    const text = openapiYaml()
    for (const { path } of routes) assert.ok(text.includes(`\n  ${path}:\n`), path)
  })
})
