import { post } from './api.js'
import { byId, setText } from './element.js'
import { count } from './words.js'

const VALUES = {
  url: { name: 'URL', example: 'http://example.com/page' },
  prefix: { name: 'Beginning', example: 'example.com/blog/ or /blog/' },
  tag: { name: 'Tag', example: 'post-12' },
}

/**
 * What to purge and how, and what came of it.
 *
 * @param {() => void} refresh asks for the figures at once
 */
export function startPurgeForm(refresh) {
  const form = byId('purge', HTMLFormElement)
  const result = byId('purge-result', HTMLElement)
  const { what } = form.elements
  what.addEventListener('change', () => showFieldsFor(form))
  showFieldsFor(form)
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const button = form.querySelector('button')
    button.disabled = true
    setText(result, 'Purging …')
    try {
      setText(result, reportText(await post('/api/purge', { orders: [orderOf(form)] })))
      form.elements.sure.checked = false
    } catch (error) {
      setText(result, `Not purged: ${error.message}`)
    } finally {
      button.disabled = false
      refresh()
    }
  })
}

/** Fields that do not belong to it are neither shown nor required. */
function showFieldsFor(form) {
  const what = form.elements.what.value
  for (const part of form.querySelectorAll('[data-for]')) {
    const isShown = part.dataset.for.split(' ').includes(what)
    part.hidden = !isShown
    for (const input of part.querySelectorAll('input')) input.disabled = !isShown
  }
  const value = VALUES[what]
  if (value === undefined) return
  const { value: input } = form.elements
  input.placeholder = value.example
  setText(input.previousElementSibling, value.name)
}

function orderOf(form) {
  const { what, value, how, host, path, type, tags } = form.elements
  const hard = how.value === 'hard'
  switch (what.value) {
    case 'everything':
      return { everything: true, hard }
    case 'pattern': {
      const given = Object.entries({ host, url: path, type, tags }).filter(([, input]) => input.value !== '')
      return { pattern: Object.fromEntries(given.map(([name, input]) => [name, input.value])), hard }
    }
    default:
      return { [what.value]: value.value.trim(), hard }
  }
}

function reportText({ matched, threads, boxes, published, complete }) {
  const parts = [
    `${count(matched)} stored ${matched === 1 ? 'response' : 'responses'} matched`,
    `${threads.acknowledged} of ${threads.asked} threads did it`,
  ]
  if (published === 'later') parts.push('the other boxes are told when Redis is reached')
  if (boxes.length > 0) {
    const silent = boxes.filter(({ acknowledged }) => !acknowledged).map(({ name }) => name)
    parts.push(
      `${boxes.length - silent.length} of ${boxes.length} other boxes did it${silent.length > 0 ? `, not ${silent.join(', ')}` : ''}`,
    )
  }
  return `${complete ? 'Purged' : 'Not everywhere yet'}: ${parts.join('; ')}.`
}
