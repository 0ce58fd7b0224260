import { byId } from './element.js'

const CHOICE = 'breakwater-theme'

/**
 * Light, dark, or as the system is.
 *
 * @param {() => void} onChange called when colours are others than before
 */
export function startTheme(onChange) {
  const select = byId('theme', HTMLSelectElement)
  const kept = localStorage.getItem(CHOICE)
  if (kept === 'light' || kept === 'dark') select.value = kept
  const apply = () => {
    document.documentElement.dataset.theme = select.value
    onChange()
  }
  select.addEventListener('change', () => {
    localStorage.setItem(CHOICE, select.value)
    apply()
  })
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', onChange)
  apply()
}

/**
 * A colour of dashboard.css as it is now, for what is drawn rather than styled.
 *
 * @param {string} name
 */
export function colour(name) {
  const probe = document.createElement('span')
  probe.style.color = `var(--${name})`
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}
