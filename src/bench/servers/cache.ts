/** A cache in front of a site, while it runs. */
export interface RunningCache {
  readonly port: number
  /** The processes whose memory and CPU time are its own. */
  readonly pids: readonly number[]
  /** The server of its remote tier, which can die and come back where it was. */
  readonly tier?: { die(): Promise<void>; comeBack(): Promise<void>; readonly port: number }
  /** Removes what it leaves behind when it is killed, beside its folder. */
  readonly cleanUp?: () => void
}

/** Where a cache is started. */
export interface CachePlace {
  /** An empty folder of its own, removed afterwards. */
  readonly folder: string
  readonly sitePort: number
  readonly memoryMiB: number
}
