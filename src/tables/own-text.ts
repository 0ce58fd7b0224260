/** A copy of a text for who keeps it: a piece of a longer one holds all of that in memory. */
export function ownText(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le')
}
