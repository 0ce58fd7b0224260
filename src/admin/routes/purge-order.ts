import { z } from 'zod'
import { PurgeError, type PurgeOrder, toInvalidations, type WhatToPurge } from '../../invalidate/orders.ts'
import { AdminError } from '../admin-error.ts'

const WHAT = ['url', 'tag', 'prefix', 'pattern', 'everything'] as const

/** One order as it is sent: what, by exactly one of the names. */
export const purgeOrder = z
  .strictObject({
    url: z.string().optional().describe('http://example.com/path: by http and https, all variants'),
    tag: z.string().optional(),
    prefix: z.string().optional().describe('http://example.com/blog/, example.com/blog/, or on every site /blog/'),
    pattern: z
      .strictObject({
        host: z.string().optional(),
        url: z.string().optional().describe('Of path and query'),
        type: z.string().optional().describe('Of the Content-Type'),
        tags: z.string().optional().describe('Of all tags, joined by commas'),
      })
      .optional()
      .describe('Regular expressions (RE2), of which all must match'),
    everything: z.literal(true).optional(),
    hard: z
      .boolean()
      .optional()
      .describe('true: removed; false: stale, and served where that is allowed; absent: as configured'),
  })
  .refine((order) => WHAT.filter((name) => order[name] !== undefined).length === 1, {
    message: `exactly one of ${WHAT.join(', ')}`,
  })

/** @throws AdminError for an order that cannot be carried out */
export function ordersOf(sent: readonly z.output<typeof purgeOrder>[]): PurgeOrder[] {
  const orders = sent.map((order) => ({ ...whatOf(order), ...(order.hard !== undefined && { soft: !order.hard }) }))
  try {
    // Carried out by the site, which knows its keys; here only to refuse what is wrong before anybody is asked.
    toInvalidations(orders, { soft: true, keyedUri: ({ authority, target }) => authority + target })
  } catch (error) {
    if (error instanceof PurgeError) throw new AdminError(400, error.message)
    throw error
  }
  return orders
}

function whatOf({ url, tag, prefix, pattern }: z.output<typeof purgeOrder>): WhatToPurge {
  if (url !== undefined) return { scope: 'uri', uri: url }
  if (tag !== undefined) return { scope: 'tag', tag }
  if (prefix !== undefined) return { scope: 'prefix', prefix }
  if (pattern === undefined) return { scope: 'everything' }
  const { host, url: path, type, tags } = pattern
  return {
    scope: 'pattern',
    pattern: {
      ...(host !== undefined && { host }),
      ...(path !== undefined && { url: path }),
      ...(type !== undefined && { type }),
      ...(tags !== undefined && { tags }),
    },
  }
}
