import { type Comment, type Post, posts } from './posts.ts'

const commentsMax = 30

/** The comments of each post, those left by visitors included. */
export class Comments {
  readonly #bySlug = new Map<string, { comments: Comment[]; changed: Date }>(
    posts.map((post) => [post.slug, { comments: [...post.comments], changed: new Date(post.written) }]),
  )

  of(post: Post): readonly Comment[] {
    return this.#bySlug.get(post.slug)?.comments ?? []
  }

  changed(post: Post): Date {
    return this.#bySlug.get(post.slug)?.changed ?? new Date(post.written)
  }

  /** Visitors' comments beyond the limit push out the oldest of theirs. */
  add(post: Post, comment: Comment): void {
    const known = this.#bySlug.get(post.slug)
    if (known === undefined) return
    known.comments.push(comment)
    if (known.comments.length > commentsMax) known.comments.splice(post.comments.length, 1)
    known.changed = new Date()
  }
}
