import { ProxyError } from '../errors.ts'

/** What a log says of an error: as plain data, with its causes, and with a stack only where that helps. */
export interface ErrorDetails {
  readonly code?: string
  readonly message: string
  readonly cause?: ErrorDetails
  /** Only of errors nobody expected: an expected failure is explained by its message. */
  readonly stack?: string
}

const causesMax = 5

export function errorDetails(error: unknown, depth = 0): ErrorDetails {
  if (!(error instanceof Error)) return { message: String(error) }
  const code = error instanceof ProxyError ? error.word : (error as NodeJS.ErrnoException).code
  const unexpected = code === undefined || code === 'internal'
  return {
    ...(code !== undefined && { code: String(code) }),
    message: error.message,
    ...(error.cause !== undefined && depth < causesMax && { cause: errorDetails(error.cause, depth + 1) }),
    ...(unexpected && error.stack !== undefined && { stack: error.stack }),
  }
}
