import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Config } from '../../src/config/config.ts'
import { formatProblem } from '../../src/config/problems.ts'
import { type Override, readConfig } from '../../src/config/read-config.ts'

function configOf(text: string, overrides: readonly Override[] = []): Config {
  const read = readConfig({ text, file: 'site.yaml' }, overrides)
  if (read.kind === 'ok') return read.config
  return assert.fail(read.problems.map(formatProblem).join('\n'))
}

function problemsOf(text: string, overrides: readonly Override[] = []): string[] {
  const read = readConfig({ text, file: 'site.yaml' }, overrides)
  return read.kind === 'ok' ? [] : read.problems.map(formatProblem)
}

describe('reading a configuration', () => {
  it('takes the defaults of the RFCs where nothing is said', () => {
    const { listen, origins, memoryBytes, objectBytesMax, caching } = configOf('')
    assert.deepEqual(listen, [{ host: '0.0.0.0', port: 8080 }])
    assert.deepEqual(origins, [])
    assert.deepEqual([memoryBytes, objectBytesMax], [256 * 1024 ** 2, 4 * 1024 ** 2])
    const { refreshSeconds, negativeSeconds, freshnessSeconds, graceSeconds, setCookie } = caching.defaults
    assert.deepEqual([refreshSeconds, negativeSeconds, freshnessSeconds], [0, undefined, undefined])
    assert.deepEqual([graceSeconds, setCookie], [21_600, 'pass'])
  })

  it('takes one value where a list or a map is possible', () => {
    for (const learn of ['on', 'true', '{ enabled: on }']) assert.equal(configOf(`learn: ${learn}`).learn.enabled, true)
    assert.deepEqual(configOf('listen: 127.0.0.1:1').listen, configOf('listen: ["127.0.0.1:1"]').listen)
  })

  it('takes an origin as a URL or as a map, and names it by host and port', () => {
    const { origins } = configOf('origins: [http://a.test, { url: "https://[::1]:8443/", name: second }]')
    assert.deepEqual(origins, [
      { name: 'a.test:80', url: 'http://a.test', scheme: 'http', host: 'a.test', port: 80 },
      { name: 'second', url: 'https://[::1]:8443', scheme: 'https', host: '::1', port: 8443 },
    ])
  })

  it('gives a rule the settings of the top level that it does not set itself', () => {
    const text = `
grace: 1h
freshness: 5m
key: { query: { ignore: [utm_*] }, cookies: [lang] }
rules:
  - match: { path: /a }
    grace: 2h
    freshness: none
    key: { cookies: [currency] }
`
    const { settings, name } = configOf(text).caching.rules[0]!
    assert.equal(name, 'rule 1')
    assert.deepEqual([settings.graceSeconds, settings.freshnessSeconds], [7200, undefined])
    assert.deepEqual([settings.key.query.ignore, settings.key.cookies], [['utm_*'], ['currency']])
  })

  it('reads conditions into what the planner compares', () => {
    const text = `
rules:
  - match:
      { host: "*.Example.com", status: [404, 5xx], type: Image/*, method: GET, query: preview=*, cookie: [a, b=c],
        header: { X-Requested-With: XMLHttpRequest, Store: [de, en] }, responseHeader: { x-a: "*" } }
`
    assert.deepEqual(configOf(text).caching.rules[0]!.match, {
      hosts: ['*.example.com'],
      paths: [],
      queries: ['preview=*'],
      methods: ['GET'],
      cookies: ['a', 'b=c'],
      headers: [
        ['x-requested-with', ['XMLHttpRequest']],
        ['store', ['de', 'en']],
      ],
      responseHeaders: [['x-a', ['*']]],
      statuses: [
        { first: 404, last: 404 },
        { first: 500, last: 599 },
      ],
      types: ['image/*'],
    })
  })

  it('reads fields to set and remove', () => {
    const { responseFields } = configOf('headers: { response: { set: { X-Served-By: us }, remove: Server } }').caching
      .defaults
    assert.deepEqual(responseFields, { set: [['X-Served-By', 'us']], remove: ['server'] })
  })

  it('makes a network of one address', () => {
    assert.deepEqual(configOf('trustedProxies: [10.0.0.0/8, 192.0.2.1, "::1"]').trustedProxies, [
      '10.0.0.0/8',
      '192.0.2.1/32',
      '::1/128',
    ])
  })

  it('reads none as no limit', () => {
    assert.equal(
      configOf('limits: { connectionsPerAddress: none }').limits.connectionsPerAddressMax,
      Number.POSITIVE_INFINITY,
    )
  })

  it('reads the words for a switch, and false where a tool rewrote off', () => {
    assert.equal(configOf('coalescing: off').coalescing, false)
    assert.equal(configOf('coalescing: yes').coalescing, true)
    assert.equal(configOf('log: { access: false }').log.access, 'off')
  })

  it('reads JSON', () => {
    assert.equal(configOf('{ "memory": "1MiB", "objectMax": "1MiB" }').memoryBytes, 1024 ** 2)
  })

  it('lets flags take the place of what the file says', () => {
    const overrides = [
      { flag: '--memory', path: ['memory'], value: '1GiB' },
      { flag: '--log-level', path: ['log', 'level'], value: 'debug' },
    ]
    const config = configOf('memory: 128MiB\nlog: { access: json }', overrides)
    assert.deepEqual([config.memoryBytes, config.log.level, config.log.access], [1024 ** 3, 'debug', 'json'])
  })

  it('gives what nobody can change', () => {
    const config = configOf('rules: [{ match: { path: /a }, freshness: 1d }]')
    assert.throws(() => Object.assign(config.caching.rules[0]!.settings.key, { cookies: ['x'] }), TypeError)
  })
})

describe('the problems of a configuration', () => {
  it('are reported all at once, in the order of the file', () => {
    const text = `memory: 256M
orgins: []
rules:
  - match: { path: static }
    grace: 10
log: { level: inf }
`
    assert.deepEqual(problemsOf(text), [
      'site.yaml:1:9 memory: found "256M", expected a size such as 64KiB, 256MiB or 2GB; did you mean "256MiB"?',
      'site.yaml:2:1 orgins: unknown option; did you mean "origins"?',
      'site.yaml:4:20 rules[0].match.path: found "static", expected a path such as /static/* (at most 256 characters); did you mean "/static"?',
      'site.yaml:5:12 rules[0].grace: found 10, expected a duration such as 90s, 10m or 1d12h; did you mean "10s"?',
      'site.yaml:6:15 log.level: found "inf", expected one of fatal, error, warn, info, debug, trace; did you mean "info"?',
    ])
  })

  const cases: readonly (readonly [what: string, text: string, problem: RegExp])[] = [
    ['an option in the wrong place', 'access: json', /1:1 access: unknown option here; "access" belongs under log$/],
    [
      'a condition beside match',
      'rules: [{ path: /a, match: { host: a } }]',
      /"path" belongs under rules\[0\]\.match$/,
    ],
    ['the word of another cache', 'ttl: 5m', /unknown option; did you mean "freshness"\?$/],
    ['an option that no program has', 'flavour: wordpress', /1:1 flavour: unknown option/],
    ['an option without a value', 'memory:', /1:8 memory: found nothing, expected a size/],
    ['what is missing', 'origins: [{ name: a }]', /1:11 origins\[0\]\.url: missing, expected a URL/],
    ['a text instead of a map', 'log: debug', /1:6 log: found "debug", expected a map of options$/],
    ['a map instead of a list', 'rules: { match: { path: /a } }', /1:8 rules: found a map, expected a list$/],
    [
      'an origin without scheme',
      'origins: ["a:81"]',
      /1:11 origins\[0\]: found "a:81", .*did you mean "http:\/\/a:81"\?$/,
    ],
    ['an origin with a path', 'origins: [http://a/b]', /expected a URL without path/],
    ['an origin with a password', 'origins: ["http://a:b@c"]', /expected a URL such as/],
    ['two origins of one name', 'origins: [http://a, http://a]', /1:21 origins\[1\]: is the same as origins\[0\]/],
    ['a duration out of range', 'timeLimits: { drain: 2d }', /expected a duration from 0 to 1d; did you mean "1d"\?$/],
    ['a lifetime in parts of seconds', 'grace: 1500ms', /expected a whole number of seconds; did you mean "2s"\?$/],
    ['a response larger than memory', 'memory: 2MiB', /1:9 memory: one stored response \(objectMax\) could be larger/],
    [
      'a method in small letters',
      'rules: [{ match: { method: get } }]',
      /expected a request method in capitals; did you mean "GET"\?$/,
    ],
    ['a rule without conditions', 'rules: [{ grace: 1h }]', /rules\[0\]\.match: a rule without conditions would hide/],
    [
      'a key that depends on the response',
      'rules: [{ match: { status: 404 }, key: { sort: on } }]',
      /cannot depend on match\.status/,
    ],
    [
      'request fields that depend on the response',
      'rules: [{ match: { type: a/b }, headers: { request: { remove: a } } }]',
      /headers\.request: cannot depend on match\.type/,
    ],
    [
      'two ways to choose parameters',
      'key: { query: { only: a, ignore: b } }',
      /key\.query\.ignore: cannot be combined with only/,
    ],
    [
      'a field that frames messages',
      'headers: { response: { set: { content-length: 5 } } }',
      /found "content-length", expected a field that does not belong/,
    ],
    [
      'a line break in a field',
      'headers: { request: { set: { A: "b\\r\\nC: d" } } }',
      /set\.A: found "b\\r\\nC: d", expected a text without control/,
    ],
    ['a pattern that is too long', `rules: [{ match: { path: /${'a*'.repeat(200)} } }]`, /at most 256 characters/],
    ['an option twice', 'grace: 1h\ngrace: 2h', /2:1: "grace" is given twice in one map$/],
    ['a tab', 'log:\n\tlevel: info', /2:1: a tab cannot indent, use spaces$/],
    ['an unknown alias', 'a: &base 1\nmemory: *bsae', /2:9: unknown alias \*bsae.*did you mean "base"\?$/],
    ['a second document', 'grace: 1h\n---\ngrace: 2h', /2:1: a second document starts here/],
    ['what is not YAML', 'rules: [', /cannot be read as YAML/],
    ['an unknown tag', 'memory: !size 5', /1:9: cannot be read as YAML: unresolved tag/],
    ['aliases that multiply', aliasBomb(), /cannot be read: Excessive alias count/],
  ]
  for (const [what, text, problem] of cases) {
    it(`name ${what}`, () => assert.match(problemsOf(text).join('\n'), new RegExp(problem, 'm')))
  }

  it('name the flag that a value came from', () => {
    const overrides = [{ flag: '--memory', path: ['memory'], value: '12' }]
    assert.match(problemsOf('memory: 1GiB', overrides).join(), /^--memory: found "12", expected a size/)
  })

  it('do not show control characters or endless values', () => {
    const [problem = ''] = problemsOf(`memory: "\\e[31m${'x'.repeat(500)}"`)
    assert.ok(problem.length < 250 && !problem.includes('\x1b'))
  })

  it('include names that every object has', () => {
    const text = '__proto__: { admin: { auth: false } }\nconstructor: 1\ntoString: 2'
    assert.deepEqual(problemsOf(text), [
      'site.yaml:1:1 __proto__: unknown option',
      'site.yaml:2:1 constructor: unknown option',
      'site.yaml:3:1 toString: unknown option',
    ])
    assert.equal(({} as { admin?: unknown }).admin, undefined)
  })

  it('include such names inside of groups and in flow style', () => {
    assert.match(problemsOf('{"log": {"__proto__": {"level": "debug"}}}').join(), /log\.__proto__: unknown option/)
  })
})

function aliasBomb(): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
  for (let i = 1; i < 9; i += 1)
    lines.push(
      `a${i}: &a${i} [${Array(10)
        .fill(`*a${i - 1}`)
        .join(', ')}]`,
    )
  return lines.join('\n')
}
