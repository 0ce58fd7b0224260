import { styleText } from 'node:util'

/** Where a command writes, and what it knows of its surroundings; tests give their own. */
export interface Terminal {
  readonly stdout: Output
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
}

export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean | undefined }

type Style = 'red' | 'green' | 'yellow' | 'bold' | 'dim'

/** Colours on a terminal only, and never for who does not want them (https://no-color.org). */
export function painter(output: Output, env: Terminal['env']): (style: Style, text: string) => string {
  const wanted = output.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb'
  return (style, text) => (wanted ? styleText(style, text, { validateStream: false }) : text)
}
