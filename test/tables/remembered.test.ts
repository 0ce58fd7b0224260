import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Remembered } from '../../src/tables/remembered.ts'

describe('what texts mean', () => {
  it('is read once for a text that comes again', () => {
    const { asked, remembered } = reading({ textsMax: 10, lengthMax: 10 })
    assert.deepEqual(
      ['a', 'b', 'a', 'b'].map((text) => remembered.of(text)),
      ['A', 'B', 'A', 'B'],
    )
    assert.deepEqual(asked, ['a', 'b'])
  })

  it('is read each time for a long text, and for one that means nothing', () => {
    const { asked, remembered } = reading({ textsMax: 10, lengthMax: 3 })
    for (const text of ['long', 'long', '', '']) remembered.of(text)
    assert.deepEqual(asked, ['long', 'long', '', ''])
  })

  it('is forgotten when there are too many', () => {
    const { asked, remembered } = reading({ textsMax: 2, lengthMax: 3 })
    for (const text of ['a', 'b', 'c', 'c', 'a']) remembered.of(text)
    assert.deepEqual(asked, ['a', 'b', 'c', 'a'])
  })
})

function reading(limits: { readonly textsMax: number; readonly lengthMax: number }) {
  const asked: string[] = []
  const read = (text: string) => {
    asked.push(text)
    return text === '' ? undefined : text.toUpperCase()
  }
  return { asked, remembered: new Remembered(read, limits) }
}
