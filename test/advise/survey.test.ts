import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { LoggedRequest } from '../../src/advise/log-line.ts'
import { ownNoise, suggestedFile } from '../../src/advise/suggest.ts'
import { type Survey, Surveyor } from '../../src/advise/survey.ts'
import { readConfig } from '../../src/config/read-config.ts'

function surveyOf(lines: readonly (readonly [target: string, bytes?: number, cookie?: string])[]): Survey {
  const surveyor = new Surveyor({ parameters: ['utm_*'], cookies: ['_ga'] })
  for (const [target, bytes = 1000, cookie] of lines) {
    const logged: LoggedRequest = { timeMs: 0, method: 'GET', authority: '', target, status: 200, bytes, cookie }
    surveyor.add(logged)
  }
  return surveyor.survey()
}

const many = Array.from({ length: 50 }, (_, i) => i)

describe('a survey of a log', () => {
  it('calls a parameter noise that has a value for everybody and changes no page', () => {
    const survey = surveyOf([['/a'], ...many.map((i) => [`/a?click=${i}`] as const)])
    assert.deepEqual(
      ownNoise(survey.parameters).map(({ name, distinct, compared, sameSize }) => [name, distinct, compared, sameSize]),
      [['click', 50, 50, 50]],
    )
  })

  it('does not call a search noise, nor a page number, nor what may name somebody', () => {
    const survey = surveyOf([
      ['/a'],
      ...many.map((i) => [`/a?q=${i}`, 1000 + i] as const),
      ...many.map((i) => [`/a?page=${i % 3}`] as const),
      ...many.map((i) => [`/a?sid=${i}`] as const),
      ...many.map((i) => [`/never-alone?x=${i}`] as const),
    ])
    assert.deepEqual(ownNoise(survey.parameters), [])
  })

  it('looks at so many parameters of a request and no more', () => {
    const target = `/?${Array.from({ length: 1000 }, (_, i) => `p${i}=1`).join('&')}`
    assert.equal(surveyOf([[target]]).parameters.length, 64)
  })

  it('recognises MediaWiki by the query of its one page alone', () => {
    const wiki = ['/index.php?title=a', '/w/index.php?a=b&title=c', '/index.php?&title=d']
    assert.deepEqual(surveyOf(wiki.map((target) => [target] as const)).presets, ['mediawiki'])
    const none = ['/?q=/index.php?title=a', '/?/index.php?a=b&title=c', '/index.php?subtitle=d']
    assert.deepEqual(surveyOf(none.map((target) => [target] as const)).presets, [])
  })

  it('recognises a system by its addresses, the more special first', () => {
    const wordpress = ['/wp-content/a.css', '/wp-includes/b.js', '/wp-json/c'].map((target) => [target] as const)
    const shop = [1, 2, 3].map((i) => [`/?add-to-cart=${i}`] as const)
    assert.deepEqual(surveyOf([...wordpress, ...shop]).presets, ['woocommerce', 'wordpress'])
    assert.deepEqual(surveyOf([['/wp-content/a.css'], ['/']]).presets, [])
  })

  it('makes a file that is right, whatever the names in the log are', () => {
    const names = ['click', 'x"]\n- y', 'a*b', '%22', '#x', 'k: v', '__proto__']
    const survey = surveyOf([
      ['/a'],
      ...names.flatMap((name) => many.map((i) => [`/a?${name}=${i}`, 1000, `c"${name}=${i}`] as const)),
    ])
    for (const confirmed of [new Set<string>(), new Set(names)]) {
      const read = readConfig({ text: suggestedFile(survey, confirmed), file: 'suggested' })
      assert.equal(read.kind, 'ok', JSON.stringify(read))
    }
  })

  it('leaves out of the key only what the site has confirmed', () => {
    const survey = surveyOf([['/a'], ...many.map((i) => [`/a?click=${i}`] as const)])
    const ignored = (confirmed: readonly string[]) => {
      const read = readConfig({ text: suggestedFile(survey, new Set(confirmed)), file: 'suggested' })
      return read.kind === 'ok' && read.config.caching.defaults.key.query.ignore.includes('click')
    }
    assert.deepEqual([ignored([]), ignored(['click'])], [false, true])
  })
})
