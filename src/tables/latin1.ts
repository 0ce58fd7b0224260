/** An expression, as V8 knows of most strings that they have no such character: then it looks at none. */
const BEYOND_LATIN1 = /[^\0-\xff]/

/** Whether each character of a text is one byte. */
export function isLatin1(text: string): boolean {
  return !BEYOND_LATIN1.test(text)
}
