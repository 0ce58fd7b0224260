/** Numbers as people read them, in verdicts and tables. */
export function amount(value: number): string {
  return Math.round(value).toLocaleString('en')
}

/** `0.2`, `7.5`, `5,000`: a decimal only where it says something. */
export function rate(value: number): string {
  return value < 10 ? String(Number(value.toFixed(1))) : amount(value)
}

export function milliseconds(ms: number): string {
  if (ms >= 10_000) return `${rate(ms / 1000)} s`
  return ms >= 10 ? `${amount(ms)} ms` : `${Number(ms.toFixed(1))} ms`
}

/** Of one, in per cent; nothing short of all is called 100 %. */
export function share(value: number): string {
  if (value >= 1) return '100 %'
  return `${Math.min(99.99, Number((value * 100).toFixed(value > 0.99 ? 2 : 1)))} %`
}
