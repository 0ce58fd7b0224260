import { ProxyError } from '../errors.ts'

/** For a body that nobody reads. */
export function notNeeded(): ProxyError {
  return new ProxyError('CANCELLED', 'The response is not needed', { source: 'internal', status: 499 })
}

/** What must not happen, happened while it was judged what is to be done. */
export function internalError(cause: unknown): ProxyError {
  return new ProxyError('INTERNAL', 'Cannot decide about the response of the origin', {
    source: 'internal',
    status: 500,
    cause,
  })
}
