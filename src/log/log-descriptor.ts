import { constants, fstatSync, mkdirSync, openSync } from 'node:fs'
import { Socket } from 'node:net'
import { dirname } from 'node:path'

/** Where lines are written: an open descriptor whose writes never wait for a reader. */
export interface LogDescriptor {
  readonly fd: number
  /** Opened here, so to be closed here; standard output and error never are. */
  readonly owned: boolean
  /** Keeps a socket's non-blocking mode alive. */
  readonly keepAlive?: Socket
}

const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK, O_NOCTTY } = constants

/**
 * Opens a log file, or takes an inherited descriptor, such that writing to it cannot block.
 *
 * A blocking write to a pipe nobody reads would occupy one of libuv's four threads for good, and because the process
 * waits for those threads when it exits, it could then only be killed.
 *
 * @param target a path (its folder is made), or the number of an open descriptor
 * @throws when the file cannot be opened
 */
export function openLogDescriptor(target: string | number): LogDescriptor {
  if (typeof target === 'number') return inheritedDescriptor(target)
  mkdirSync(dirname(target), { recursive: true })
  // O_NONBLOCK means nothing to a regular file; a named pipe without a reader is refused instead of waited for.
  return { fd: openSync(target, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY, 0o640), owned: true }
}

function inheritedDescriptor(fd: number): LogDescriptor {
  const stat = fstatSync(fd)
  if (stat.isSocket()) return nonBlockingSocket(fd)
  if (!stat.isFIFO() && !stat.isCharacterDevice()) return { fd, owned: false }
  try {
    // Opened anew instead of switched over: the mode belongs to the open file, which the shell or another process
    // may share with us and would then get EAGAIN from.
    return { fd: openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_NONBLOCK | O_NOCTTY), owned: true }
  } catch {
    // No /proc, or a terminal of another user: as safe as any other program's output.
    return { fd, owned: false }
  }
}

/** A socket (a supervisor's journal) cannot be opened anew; libuv makes it non-blocking when a handle takes it. */
function nonBlockingSocket(fd: number): LogDescriptor {
  const keepAlive = new Socket({ fd, readable: false, writable: true })
  keepAlive.unref()
  keepAlive.on('error', () => {})
  return { fd, owned: false, keepAlive }
}
