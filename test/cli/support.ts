import { Writable } from 'node:stream'
import { runCli } from '../../src/cli/cli.ts'
import type { Parts, Signal } from '../../src/cli/serve.ts'
import type { Output, Terminal } from '../../src/cli/terminal.ts'
import type { Config } from '../../src/config/config.ts'

class Recorder extends Writable {
  text = ''
  isTTY = false
  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk.toString()
    done()
  }
}

/** One run of the command line with parts that only note what they were asked for. */
export class Run {
  readonly stdout: Output & Recorder = new Recorder()
  readonly stderr: Output & Recorder = new Recorder()
  readonly notes: string[] = []
  env: Terminal['env'] = {}
  config: Config | undefined
  /** What starting the app fails with. */
  failure: Error | undefined
  /** Holds up stopping, as exchanges under way do. */
  stopping: Promise<void> = Promise.resolve()
  /** Whether a successor serves when the app is to hand over. */
  hasSuccessor = true
  readonly listening: Promise<void>
  #signal: (signal: Signal) => void = () => this.notes.push('signal to nobody')
  #announce: () => void = () => {}

  constructor() {
    this.listening = new Promise((resolve) => {
      this.#announce = resolve
    })
  }

  start(...args: string[]): Promise<number> {
    const terminal: Terminal = { stdout: this.stdout, stderr: this.stderr, env: this.env }
    return runCli(args, terminal, this.#parts())
  }

  signal(signal: Signal): void {
    this.#signal(signal)
  }

  #parts(): Parts {
    return {
      startApp: async (config) => {
        if (this.failure !== undefined) throw this.failure
        this.config = config
        // After this turn, in which `serve` writes where it listens.
        setImmediate(this.#announce)
        return {
          addresses: ['http://0.0.0.0:8080'],
          admin: undefined,
          reload: async () => {
            this.notes.push('reload')
            return { kind: 'reloaded', needRestart: [] }
          },
          handOver: async () => {
            this.notes.push('hand over')
            return this.hasSuccessor
          },
          stop: async () => {
            this.notes.push('stop')
            await this.stopping
          },
        }
      },
      startDemo: async () => {
        this.notes.push('demo')
        return { url: 'http://127.0.0.1:4711', close: async () => void this.notes.push('demo closed') }
      },
      onSignal: (listener) => {
        this.#signal = listener
        return () => {
          this.#signal = () => this.notes.push('signal to nobody')
        }
      },
      announce: () => {},
      exit: (code) => void this.notes.push(`exit ${code}`),
    }
  }
}
