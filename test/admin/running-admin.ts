import { type RunningBreakwater, startBreakwater } from '../support/breakwater.ts'

/** The program with an admin listener on a free port. */
export interface RunningAdmin extends RunningBreakwater {
  readonly admin: string
}

export async function startWithAdmin(
  serveArguments: readonly string[],
  options: Parameters<typeof startBreakwater>[1] = {},
): Promise<RunningAdmin> {
  const program = await startBreakwater(['--admin', '127.0.0.1:0', ...serveArguments], options)
  const admin = /breakwater: admin at (http:\S+)/.exec(program.stderr())?.[1]
  if (admin === undefined) throw new Error(`It does not say where the admin listener is:\n${program.stderr()}`)
  return { ...program, admin }
}

/** The answer to an order in JSON, whatever its status. */
export async function post(
  admin: string,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly json: unknown }> {
  const response = await fetch(admin + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  return { status: response.status, json: await response.json() }
}

export async function get(admin: string, path: string): Promise<{ readonly status: number; readonly json: unknown }> {
  const response = await fetch(admin + path)
  return { status: response.status, json: await response.json() }
}
