import { crc32, deflateSync } from 'node:zlib'

/** The harbour at dusk: a lighthouse, its breakwater and the sea. */
export const harbourDrawing = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 880 300" role="img" aria-label="A lighthouse at dusk">
<defs>
<linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#16384a"/><stop offset=".65" stop-color="#c9785a"/><stop offset="1" stop-color="#f0b98a"/></linearGradient>
<linearGradient id="beam" x1="1" x2="0"><stop offset="0" stop-color="#fff3c4" stop-opacity=".75"/><stop offset="1" stop-color="#fff3c4" stop-opacity="0"/></linearGradient>
</defs>
<rect width="880" height="300" fill="url(#sky)"/>
<circle cx="210" cy="196" r="34" fill="#ffe2ad"/>
<path d="M644 84 L120 40 L120 120 Z" fill="url(#beam)"/>
<path d="M628 230 L636 96 H664 L672 230 Z" fill="#f6f1e7"/>
<path d="M633 150 L635 122 H665 L667 150 Z M630 200 L632 174 H668 L670 200 Z" fill="#b8442a"/>
<path d="M632 96 H668 V90 H632 Z M640 90 V72 H660 V90 Z" fill="#22333c"/><path d="M637 72 L650 58 L663 72 Z" fill="#b8442a"/>
<rect x="644" y="75" width="12" height="13" fill="#fff3c4"/>
<path d="M480 236 q30 -16 60 -8 t60 -6 60 2 70 -4 70 8 80 8 V300 H480 Z" fill="#22333c"/>
<path d="M0 224 q40 -10 80 0 t80 0 80 0 80 0 80 0 80 0 80 0 80 0 80 0 80 0 80 0 V300 H0 Z" fill="#0f5e7a" opacity=".85"/>
<path d="M0 248 q55 -14 110 0 t110 0 110 0 110 0 110 0 110 0 110 0 110 0 V300 H0 Z" fill="#0b4a61"/>
<path d="M0 274 q44 -12 88 0 t88 0 88 0 88 0 88 0 88 0 88 0 88 0 88 0 88 0 V300 H0 Z" fill="#083848"/>
</svg>
`

const lantern =
  '<path d="M18 26h28l-4 30H22z" fill="#f2c14e"/><path d="M24 26V16h16v10M26 16a6 6 0 0 1 12 0M16 58h32" fill="none"/>'
const mug =
  '<path d="M14 20h28v30a6 6 0 0 1-6 6H20a6 6 0 0 1-6-6z" fill="#7cc4dc"/><path d="M42 28h6a8 8 0 0 1 0 16h-6M22 12q4-4 0-8M32 12q4-4 0-8" fill="none"/>'
const rope =
  '<circle cx="32" cy="34" r="22" fill="#d9b382"/><circle cx="32" cy="34" r="14" fill="none"/><circle cx="32" cy="34" r="6" fill="none"/><path d="M50 46l10 12" fill="none"/>'
const tides =
  '<path d="M12 12h40v44H12z" fill="#fbfaf6"/><path d="M16 40q8-14 16 0t16 0M16 48h32M20 22h24" fill="none"/>'
const shapes: Readonly<Record<string, string>> = { lantern, mug, rope, tides }

/** A line drawing of a product, or undefined when there is no such product. */
export function productDrawing(id: string): string | undefined {
  const shape = Object.hasOwn(shapes, id) ? shapes[id] : undefined
  if (shape === undefined) return undefined
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><g stroke="#22333c" stroke-width="3" stroke-linejoin="round" stroke-linecap="round">${shape}</g></svg>\n`
}

export const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0f5e7a"/><path d="M13 24l1-13h4l1 13z" fill="#fff"/><circle cx="16" cy="8" r="2.5" fill="#ffe2ad"/><path d="M4 26q4-3 8 0t8 0 8 0" stroke="#7cc4dc" stroke-width="2" fill="none"/></svg>\n'

/** The sea from above, computed: some hundred kilobytes that do not compress away, as a photograph is. */
export function seaPhotograph(width = 640, height = 240): Buffer {
  const rows = Buffer.alloc(height * (width * 3 + 1))
  for (let y = 0; y < height; y++) {
    const row = y * (width * 3 + 1) + 1
    for (let x = 0; x < width; x++) {
      const swell = Math.sin(x / 31 + Math.sin(y / 17) * 2) + Math.sin((x + y * 2) / 13) * 0.6
      const glitter = ((x * 7919 + y * 104729 + ((x * y) % 251) * 31) % 97) / 97
      const light = 0.5 + swell * 0.16 + glitter * 0.16 - y / height / 4
      rows[row + x * 3] = 20 + light * 70
      rows[row + x * 3 + 1] = 70 + light * 110
      rows[row + x * 3 + 2] = 100 + light * 120
    }
  }
  const size = Buffer.alloc(13)
  size.writeUInt32BE(width, 0)
  size.writeUInt32BE(height, 4)
  // Eight bits a channel, three channels; the rest are PNG's only methods.
  size.set([8, 2, 0, 0, 0], 8)
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
  return Buffer.concat([
    signature,
    chunk('IHDR', size),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const framed = Buffer.alloc(typed.length + 8)
  framed.writeUInt32BE(data.length, 0)
  framed.set(typed, 4)
  framed.writeUInt32BE(crc32(typed), typed.length + 4)
  return framed
}
