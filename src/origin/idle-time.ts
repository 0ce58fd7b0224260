/**
 * A connection that was idle for less is one in use: no server has an idle timer this short. So it may carry a request that
 * cannot be repeated; and when it breaks, that was no idle timer, and the request may have been dropped on purpose.
 */
export const RECENT_MS = 1_000
