/** What a request to the admin listener is refused with: said to who asked, as `{ "error": … }`. */
export class AdminError extends Error {
  readonly status: number
  readonly fields: Readonly<Record<string, string>>

  constructor(status: number, message: string, fields: Readonly<Record<string, string>> = {}) {
    super(message)
    this.status = status
    this.fields = fields
  }
}
