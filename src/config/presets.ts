import { readFileSync } from 'node:fs'
import type { ConfigText } from './read-config.ts'

/** The presets that are shipped, in `config/presets/`. */
export const presetNames = [
  'generic',
  'static',
  'wordpress',
  'woocommerce',
  'mediawiki',
  'drupal',
  'magento2',
  'shopware6',
  'joomla',
  'typo3',
] as const

export type PresetName = (typeof presetNames)[number]

/** The text of a preset. The folder is where it is beside `src/` and beside `dist/`. */
export function presetText(name: PresetName): ConfigText {
  const url = new URL(`../../config/presets/${name}.yaml`, import.meta.url)
  return { file: `config/presets/${name}.yaml`, text: readFileSync(url, 'utf8') }
}

/**
 * The presets that are meant by a list, in the order in which they are asked: those of the list, each before what it builds on.
 *
 * @param builtOn what a preset's own `preset` says
 */
export function inAskingOrder(
  names: readonly PresetName[],
  builtOn: (name: PresetName) => readonly PresetName[],
): PresetName[] {
  const expand = (name: PresetName): PresetName[] => [name, ...builtOn(name).flatMap(expand)]
  const all = names.flatMap(expand)
  return all.filter((name, index) => all.lastIndexOf(name) === index)
}
