import { element, setText } from './element.js'

/**
 * @template T
 * @typedef {object} Column
 * @property {string} name
 * @property {'url' | 'text' | 'number' | 'action'} kind
 * @property {(item: T) => string} [text] what is in it
 * @property {(cell: HTMLElement, item: T) => void} [update] for more than text; called for the same cell again and again
 */

/**
 * A table whose rows are items. A row stays the same element as long as its item is there: what has the focus keeps it while
 * the figures change.
 *
 * @template T
 */
export class Table {
  /** @type {Map<string, HTMLTableRowElement>} */
  #rows = new Map()
  /** @type {readonly Column<T>[]} */
  #columns
  /** @type {(item: T) => string} */
  #keyOf
  #body = element('tbody', { role: 'rowgroup' })
  #empty

  /**
   * @param {HTMLTableElement} table
   * @param {{ columns: readonly Column<T>[], keyOf: (item: T) => string, empty: string }} options
   *   `empty` is what is said when there is nothing
   */
  constructor(table, { columns, keyOf, empty }) {
    this.#columns = columns
    this.#keyOf = keyOf
    this.#empty = element('p', { class: 'empty' }, empty)
    // On a phone rows are laid out otherwise, and browsers then forget that they are rows unless they are told.
    table.setAttribute('role', 'table')
    table.className = 'rows'
    const titles = columns.map(({ name, kind }) =>
      element('th', { role: 'columnheader', scope: 'col', class: kind }, kind === 'action' ? '' : name),
    )
    const head = element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...titles))
    table.replaceChildren(head, this.#body)
    table.after(this.#empty)
    const title = table.closest('section')?.getAttribute('aria-labelledby')
    if (title) table.setAttribute('aria-labelledby', title)
  }

  /** @param {readonly T[]} items */
  show(items) {
    const keys = new Set(items.map(this.#keyOf))
    for (const [key, row] of this.#rows) {
      if (keys.has(key)) continue
      row.remove()
      this.#rows.delete(key)
    }
    for (const [place, item] of items.entries()) {
      const row = this.#rowOf(this.#keyOf(item))
      // Moving an element takes the focus from it, so only those that are not in their place are moved.
      const before = this.#body.children[place] ?? null
      if (row !== before) this.#body.insertBefore(row, before)
      for (const [i, cell] of [...row.cells].entries()) this.#fill(cell, i, item)
    }
    const isEmpty = items.length === 0
    this.#empty.hidden = !isEmpty
    const table = this.#body.parentElement
    if (table) table.hidden = isEmpty
  }

  /** @param {string} key */
  #rowOf(key) {
    const known = this.#rows.get(key)
    if (known) return known
    const row = document.createElement('tr')
    row.setAttribute('role', 'row')
    const cells = this.#columns.map(({ name, kind }) =>
      // What a button does stands on it.
      element('td', { role: 'cell', class: kind, ...(kind !== 'action' && { 'data-name': name }) }),
    )
    row.append(...cells)
    this.#rows.set(key, row)
    return row
  }

  /**
   * @param {HTMLElement} cell
   * @param {number} column
   * @param {T} item
   */
  #fill(cell, column, item) {
    const { text, update } = this.#columns[column] ?? {}
    if (update) update(cell, item)
    else if (text) setText(cell, text(item))
  }
}
