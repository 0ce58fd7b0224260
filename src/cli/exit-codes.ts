/** What the program ends with; part of its interface (docs/configuration.md). */
export const exitCodes = { stopped: 0, configuration: 1, usage: 2, cannotListen: 3 } as const
