import { readFileSync, writeFileSync } from 'node:fs'
import { configJsonSchema } from './json-schema.ts'
import { withTables } from './markdown.ts'

/** Writes what is made from the declaration of the options: the tables of the document, and the JSON Schema. */
const documentFile = new URL('../../docs/configuration.md', import.meta.url)
const schemaFile = new URL('../../config/schema.json', import.meta.url)

writeFileSync(documentFile, withTables(readFileSync(documentFile, 'utf8')))
writeFileSync(schemaFile, `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`)
