import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { effectiveYaml } from '../../src/config/effective.ts'
import { configJsonSchema } from '../../src/config/json-schema.ts'
import { sectionNames, withTables } from '../../src/config/markdown.ts'
import { options } from '../../src/config/options.ts'
import { readConfig } from '../../src/config/read-config.ts'

function text(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
}

describe('what is made from the declaration of the options', () => {
  it('is up to date in docs/configuration.md (node src/config/write-docs.ts)', () => {
    const document = text('docs/configuration.md')
    assert.equal(document, withTables(document))
  })

  it('is up to date in config/schema.json (node src/config/write-docs.ts)', () => {
    assert.deepEqual(JSON.parse(text('config/schema.json')), JSON.parse(JSON.stringify(configJsonSchema())))
  })

  it('has a place in the document for every table', () => {
    const document = text('docs/configuration.md')
    assert.deepEqual(
      sectionNames.filter((name) => !document.includes(`<!-- options: ${name} -->`)),
      [],
    )
  })

  it('mentions every option in the document', () => {
    const document = text('docs/configuration.md')
    const missing = Object.keys(options).filter((name) => !new RegExp(`\`${name}[\`.[]`).test(document))
    assert.deepEqual(missing, [])
  })
})

describe('the shipped configuration', () => {
  const shipped = text('config/breakwater.yaml')

  it('works as it is, with the calm defaults', () => {
    const read = readConfig({ text: shipped, file: 'breakwater.yaml' })
    assert.ok(read.kind === 'ok', JSON.stringify(read))
    assert.deepEqual(read.config.listen, [{ host: '0.0.0.0', port: 8080 }])
    assert.equal(read.config.origins[0]?.url, 'http://127.0.0.1:8081')
    const { refreshSeconds, negativeSeconds } = read.config.caching.defaults
    assert.deepEqual([refreshSeconds, negativeSeconds], [10, 10])
  })

  it('works with each of its commented options', () => {
    const examples = shipped.replaceAll(/^( *)# ( *)(?=(- )?[a-z]\w*: \S)/gm, '$1$2')
    const read = readConfig({ text: examples, file: 'breakwater.yaml' })
    assert.ok(read.kind === 'ok', JSON.stringify(read))
    assert.deepEqual([read.config.origins.length, read.config.caching.rules.length], [2, 3])
  })
})

describe('the effective configuration', () => {
  it('says the same when it is read as a file', () => {
    const first = readConfig({ text: text('config/breakwater.yaml'), file: 'first.yaml' })
    assert.ok(first.kind === 'ok')
    const second = readConfig({ text: effectiveYaml(first), file: 'second.yaml' })
    assert.ok(second.kind === 'ok', JSON.stringify(second))
    assert.deepEqual(second.config, first.config)
  })
})
