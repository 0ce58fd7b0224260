import type { Plan } from '../policy/plan.ts'
import type { AnswerTemplate } from '../respond/answer-template.ts'
import { TextLru } from '../tables/text-lru.ts'

/** Each has some kilobytes. */
const KEYS_MAX = 1_000
/** Of one key: members of a pool answer in different ways, a rule tells requests apart, and an error is now and then in between. */
const TEMPLATES_MAX = 4
/** So many in turn are made in vain: where no response is like the one before, they cost more than they spare. */
const VAIN_MAX = 3
/** After so many more responses it is tried again. */
const LEFT_ALONE = 100

/** What responses under one key became. */
export class TemplatesOfKey {
  readonly #templates: AnswerTemplate[] = []
  #vain = 0
  #leftAlone = 0

  /** Nothing is looked for among them at present. */
  get areInVain(): boolean {
    return this.#vain >= VAIN_MAX
  }

  /** Whether another is to be made, of a response that none of them fits. */
  wantsAnother(): boolean {
    if (!this.areInVain) return true
    if (++this.#leftAlone < LEFT_ALONE) return false
    this.#leftAlone = 0
    this.#vain = VAIN_MAX - 2
    return true
  }

  /** The template that a response fits, the first `length` of `bytes`. */
  find(plan: Plan, origin: string, bytes: Buffer, length: number): AnswerTemplate | undefined {
    const templates = this.#templates
    for (let i = 0; i < templates.length; i++) {
      const template = templates[i]!
      const isReady = template.origin === origin && template.plan === plan && template.answer !== undefined
      if (!isReady || !template.isLike(bytes, length)) continue
      this.#vain = 0
      if (i > 0) this.#putFirst(i)
      return template
    }
    return undefined
  }

  /** In the place of the one that was not found for longest. */
  add(template: AnswerTemplate): void {
    this.#vain++
    if (this.#templates.length === TEMPLATES_MAX) this.#templates.pop()
    this.#templates.push(template)
  }

  #putFirst(place: number): void {
    const [template] = this.#templates.splice(place, 1)
    this.#templates.unshift(template!)
  }
}

/** Templates of the keys whose responses are for one request each, those used last. */
export class RememberedTemplates {
  readonly #keys = new TextLru<TemplatesOfKey>(KEYS_MAX)

  of(key: string): TemplatesOfKey | undefined {
    return this.#keys.get(key)
  }

  add(key: string, template: AnswerTemplate): void {
    const templates = this.of(key)
    if (templates !== undefined) return templates.add(template)
    const first = new TemplatesOfKey()
    first.add(template)
    this.#keys.set(key, first)
  }
}
