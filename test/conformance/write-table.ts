import { writeFileSync } from 'node:fs'
import { conformanceDocument } from './table.ts'

writeFileSync(new URL('../../docs/conformance.md', import.meta.url), conformanceDocument())
