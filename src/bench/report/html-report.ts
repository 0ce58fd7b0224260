import type { BenchResults } from '../results.ts'
export function htmlReport(results: BenchResults): string {
  return JSON.stringify(results)
}
