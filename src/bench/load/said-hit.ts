import { combinedValue, type RawFields } from '../../http/fields.ts'

/** Whether a cache says that it had the answer: RFC 9211, or what others write in its place. */
export function saidHit(fields: RawFields): boolean {
  const status = combinedValue(fields, 'cache-status')
  if (status !== undefined) return /;\s*hit\b/.test(status)
  const older = combinedValue(fields, 'x-cache') ?? combinedValue(fields, 'x-cache-status')
  if (older !== undefined) return /\bHIT\b/i.test(older)
  return Number(combinedValue(fields, 'age') ?? 0) > 0
}
