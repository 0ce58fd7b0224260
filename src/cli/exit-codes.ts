/** What the program ends with; part of its interface (docs/configuration.md). `failed`: `bench` found something wrong. */
export const exitCodes = { stopped: 0, configuration: 1, failed: 1, usage: 2, cannotListen: 3 } as const
