import { describe, it } from 'node:test'
import fc from 'fast-check'
import { isSameStored, type StoredResponse } from '../../src/rfc9111/stored-response.ts'
import { arbitraryStoredResponse } from '../tiers/arbitrary-stored-response.ts'

const changes: readonly ((stored: StoredResponse) => StoredResponse)[] = [
  (stored) => ({ ...stored, invalidated: !stored.invalidated }),
  (stored) => ({ ...stored, status: stored.status + 1 }),
  (stored) => ({ ...stored, dateMs: stored.dateMs / 2 + 1 }),
  (stored) => ({ ...stored, responseTimeMs: stored.responseTimeMs / 2 + 1 }),
  (stored) => ({ ...stored, fields: [...stored.fields, 'X-More', '1'] }),
  (stored) => ({ ...stored, body: Buffer.concat([stored.body, Buffer.from('!')]) }),
  (stored) => ({ ...stored, selecting: [...stored.selecting, { name: 'accept', value: undefined }] }),
  (stored) => ({ ...stored, range: { first: -1, last: -1, completeLength: undefined } }),
]

describe('whether two stored responses are the same', () => {
  it('is said of copies', () => {
    fc.assert(fc.property(arbitraryStoredResponse, (stored) => isSameStored(stored, structuredCopy(stored))))
  })

  it('is denied of one that was freshened, expired, or came at another time', () => {
    for (const change of changes) {
      fc.assert(
        fc.property(
          arbitraryStoredResponse.filter(({ dateMs, responseTimeMs }) => dateMs !== 2 && responseTimeMs !== 2),
          (stored) => !isSameStored(stored, change(structuredCopy(stored))),
        ),
      )
    }
  })
})

function structuredCopy(stored: StoredResponse): StoredResponse {
  return { ...stored, fields: [...stored.fields], body: Buffer.from(stored.body), selecting: [...stored.selecting] }
}
