import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, it } from 'node:test'
import { dashboardFiles } from '../../src/admin/dashboard-files.ts'

const root = resolve(import.meta.dirname, '../..')

describe('the files of the dashboard', () => {
  it('are all found under their names, and nothing beside them is', () => {
    const files = dashboardFiles()
    const names = readdirSync(join(root, 'src/admin/dashboard')).filter((name) => /\.(?:js|css|svg)$/.test(name))
    for (const name of [...names, 'uplot.js', 'uplot.css', '']) assert.ok(files.find(`/${name}`), name)
    assert.equal(files.find('/tsconfig.json'), undefined)
    assert.equal(files.find('/index.html'), undefined)
  })

  it('import only what is served beside them', () => {
    const files = dashboardFiles()
    const scripts = readdirSync(join(root, 'src/admin/dashboard')).filter((name) => name.endsWith('.js'))
    for (const name of scripts) {
      const text = files.find(`/${name}`)?.bytes.toString() ?? ''
      for (const [, target] of text.matchAll(/^(?:import|export) .*from '\.(\/[^']+)'/gm)) {
        assert.ok(files.find(target!), `${name} imports ${target}`)
      }
    }
  })
})
