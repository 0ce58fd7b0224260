/** Another cache, as it would be run in production by somebody who read its manual. */
export interface Peer {
  readonly name: string
  /** Debian's name for it, and `--peers`'. */
  readonly package: string
  readonly command: string
  /** Makes it print its version. */
  readonly versionArgument: string
  /** Writes the configuration and says how to start it. */
  prepare(place: PeerPlace): PeerStart
}

export interface PeerPlace {
  /** On the RAM disk: for configuration, storage and logs, and its own. */
  readonly folder: string
  readonly port: number
  readonly originPort: number
  readonly memoryMiB: number
  /** Whether a line is written for each request, as buffered as the server can do it. */
  readonly accessLog: boolean
  /** Files that a process may open. */
  readonly filesMax: number
}

/** A command in the foreground; the port says when it is ready. */
export interface PeerStart {
  readonly arguments: readonly string[]
  /** Who has to own the folder when started as root. */
  readonly user?: string
  /** A program started behind it, whose CPU time counts with its own. */
  readonly companion?: { readonly command: string; readonly arguments: readonly string[] }
  /** What the names of its shared memory begin with, when it leaves that behind if it is killed. */
  readonly sharedMemory?: string
  readonly logFile: string
}
