import { writeFileSync } from 'node:fs'
import { stringify } from 'yaml'
import { openapiDocument } from './openapi.ts'

// `npm run docs`: the description of the admin API.
export const openapiFile = new URL('../../docs/openapi.yaml', import.meta.url)

export function openapiYaml(): string {
  return stringify(openapiDocument(), { lineWidth: 120, aliasDuplicateObjects: false })
}

if (import.meta.main) writeFileSync(openapiFile, openapiYaml())
