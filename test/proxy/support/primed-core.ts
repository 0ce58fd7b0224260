import { ScriptedCore } from './scripted-core.ts'

export const FRESH = ['Cache-Control', 'max-age=60']
export const VALIDATOR = ['ETag', '"v1"']

/** A core whose cache holds `/` with these fields. */
export async function primed(fields: readonly string[], settings = {}): Promise<ScriptedCore> {
  const core = new ScriptedCore({ settings })
  core.answer = (asked) => asked.respond(200, fields, 'stored')
  await core.get('/')
  core.answer = undefined
  return core
}
