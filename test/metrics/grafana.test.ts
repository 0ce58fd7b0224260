import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { families } from '../../src/metrics/prometheus.ts'

const dashboard = JSON.parse(readFileSync(new URL('../../config/grafana-dashboard.json', import.meta.url), 'utf8')) as {
  panels: { id: number; targets: { expr: string }[] }[]
}

describe('the Grafana dashboard', () => {
  it('asks only for metrics that there are', () => {
    const process = { version: '', nodeVersion: '', cpuSeconds: 0, residentBytes: 0, startedMs: 0, openFiles: 0 }
    const known = new Map(families({ process, threads: [], unanswered: 0 }).map(({ name, type }) => [name, type]))
    const asked = dashboard.panels.flatMap(({ targets }) =>
      targets.flatMap(({ expr }) => expr.match(/\b(?:breakwater|process)_\w+/g) ?? []),
    )
    assert.ok(asked.length > 20)
    for (const name of asked) {
      const base = name.replace(/_(?:bucket|sum|count)$/, '')
      assert.ok(known.has(name) || known.get(base) === 'histogram', name)
    }
  })

  it('gives every panel a number of its own', () => {
    const ids = dashboard.panels.map(({ id }) => id)
    assert.equal(new Set(ids).size, ids.length)
  })
})
