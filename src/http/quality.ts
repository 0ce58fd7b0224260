/** Lists with weights (RFC 9110 §12.4.2): `Accept-Encoding`, `Accept-Language`. */
export interface Weighted {
  /** The coding, language range, …: lower case. */
  readonly name: string
  /** 0 to 1000: thousandths, so that comparisons are exact. 0 means "not acceptable". */
  readonly weight: number
}

const weightParameter = /^q=(?:(0(?:\.\d{0,3})?)|(1(?:\.0{0,3})?))$/i
const nameToken = /^[!#$%&'*+.^_`|~0-9a-z/-]+$/

/** Members in the order of the field. What is not to the grammar is dropped: it states no preference that could be kept. */
export function parseQualityList(value: string): readonly Weighted[] {
  const members: Weighted[] = []
  for (const part of value.split(',')) {
    const [first = '', ...parameters] = part.split(';')
    const name = first.trim().toLowerCase()
    const weight = weightOf(parameters)
    if (weight !== undefined && nameToken.test(name)) members.push({ name, weight })
  }
  return members
}

function weightOf(parameters: readonly string[]): number | undefined {
  for (const parameter of parameters) {
    const text = parameter.trim()
    if (!/^q=/i.test(text)) continue
    const match = weightParameter.exec(text)
    return match === null ? undefined : Math.round(Number(match[1] ?? match[2]) * 1000)
  }
  return 1000
}
