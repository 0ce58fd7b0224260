import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { caseGroups, unmet } from './all-cases.ts'
import { runCase } from './run-case.ts'

for (const { title, section, cases } of caseGroups) {
  describe(`${title} (${section})`, () => {
    for (const conformanceCase of cases) {
      const { id, kind, what } = conformanceCase
      const reason = unmet.get(id)
      if (reason === undefined) it(`${id} (${kind}): ${what}`, () => runCase(conformanceCase))
      else {
        it(`${id} (${kind}) is not met: ${reason}`, async () => {
          await assert.rejects(runCase(conformanceCase), 'it is met now: take it out of the list')
        })
      }
    }
  })
}

describe('the list of cases', () => {
  const ids = caseGroups.flatMap(({ cases }) => cases.map(({ id }) => id))

  it('has each once', () => assert.equal(new Set(ids).size, ids.length))

  it('has all that are said not to be met', () => {
    for (const id of unmet.keys()) assert.ok(ids.includes(id), id)
  })
})
