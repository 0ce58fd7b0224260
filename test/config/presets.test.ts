import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { describe, it } from 'node:test'
import { effectiveYaml } from '../../src/config/effective.ts'
import { inAskingOrder, type PresetName, presetNames, presetText } from '../../src/config/presets.ts'
import { formatProblem } from '../../src/config/problems.ts'
import { type ReadConfig, readConfig } from '../../src/config/read-config.ts'

function read(text: string): Extract<ReadConfig, { kind: 'ok' }> {
  const result = readConfig({ text, file: 'site.yaml' })
  if (result.kind === 'ok') return result
  return assert.fail(result.problems.map(formatProblem).join('\n'))
}

function problemsOf(text: string): string[] {
  const result = readConfig({ text, file: 'site.yaml' })
  return result.kind === 'ok' ? [] : result.problems.map(formatProblem)
}

describe('the shipped presets', () => {
  it('are the files of their folder', () => {
    const files = readdirSync(new URL('../../config/presets/', import.meta.url))
    assert.deepEqual(files.sort(), presetNames.map((name) => `${name}.yaml`).sort())
  })

  for (const name of presetNames) {
    it(`${name} says only what belongs to a preset, and gives every rule its name`, () => {
      const own = readConfig(presetText(name))
      assert.ok(own.kind === 'ok', JSON.stringify(own))
      const { config } = read(`preset: ${name}`)
      const bare = read('').config
      assert.deepEqual({ ...config, caching: undefined }, { ...bare, caching: undefined })
      for (const rule of config.caching.rules) assert.ok(presetNames.some((preset) => rule.name.startsWith(preset)))
    })
  }

  it('are asked in the order of the list, each before what it builds on', () => {
    const builtOn = (name: PresetName): PresetName[] =>
      name === 'woocommerce' ? ['wordpress'] : name === 'generic' ? [] : ['generic']
    assert.deepEqual(inAskingOrder(['wordpress', 'woocommerce', 'static'], builtOn), [
      'woocommerce',
      'wordpress',
      'static',
      'generic',
    ])
  })
})

describe('a file with presets', () => {
  const text = `
preset: [wordpress, woocommerce]
refresh: 1m
key: { query: { ignore: mine } }
cookies: { pass: [my_session] }
rules:
  - match: { path: /a }
    grace: 1h
`
  const { caching } = read(text).config

  it('has its own values, and those of the presets for the rest', () => {
    assert.deepEqual([caching.defaults.refreshSeconds, caching.defaults.defaultFreshnessSeconds], [60, 120])
  })

  it('has its own rules first, under the names they would have alone', () => {
    const names = caching.rules.map(({ name }) => name)
    assert.equal(names[0], 'rule 1')
    assert.ok(names.indexOf('woocommerce pages') < names.indexOf('wordpress programs'))
  })

  it('unites lists of keys and cookies', () => {
    const { cookies, key } = caching.defaults
    assert.equal(cookies.pass[0], 'my_session')
    assert.ok(cookies.pass.includes('woocommerce_items_in_cart') && cookies.pass.includes('wordpress_logged_in_*'))
    assert.ok(key.query.ignore.includes('mine') && key.query.ignore.includes('utm_*'))
  })

  it('gives its rules the cookies that the presets name', () => {
    assert.ok(caching.rules[0]!.settings.cookies.pass.includes('wordpress_logged_in_*'))
  })

  it('may name the only parameters of the key, which leaves nothing to ignore', () => {
    const { query } = read('preset: wordpress\nkey: { query: { only: [page] } }').config.caching.defaults.key
    assert.deepEqual(query.only, ['page'])
  })

  it('is printed with what came from where, as a file that says the same without presets', () => {
    const first = read(text)
    const printed = effectiveYaml(first)
    assert.match(printed, /^defaultFreshness: 120s # from wordpress$/m)
    assert.match(printed, /^refresh: 1m$/m)
    assert.match(printed, /^ {2}# from woocommerce\n {2}- name: woocommerce pages$/m)
    assert.match(printed, /^preset: \[\]$/m)
    assert.deepEqual(read(printed).config, first.config)
  })

  it('is told the preset that was meant', () => {
    assert.match(problemsOf('preset: [wordpres]')[0] ?? '', /^site.yaml:1:\d+ preset\[0\]: .*did you mean "wordpress"/)
  })
})
