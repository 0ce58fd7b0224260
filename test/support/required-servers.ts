import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** What the tests run for real, and the Debian package that has it. `apache2-bin` is Apache without a service. */
const servers = [
  { program: 'apache2', debianPackage: 'apache2-bin' },
  { program: 'php-cgi', debianPackage: 'php-cgi' },
  { program: 'redis-server', debianPackage: 'redis-server' },
  { program: 'memcached', debianPackage: 'memcached' },
  { program: 'chromium', debianPackage: 'chromium' },
] as const

/**
 * Makes sure that the servers the tests need are there: installs them where that is ours to do (root, Debian).
 *
 * @returns undefined, or in one line what is missing and how to get it
 */
export function ensureServers(say: (line: string) => void): string | undefined {
  const wanted = missingPackages()
  if (wanted.length === 0) return undefined
  const advice = `The tests need ${wanted.join(', ')}: apt-get install -y --no-install-recommends ${wanted.join(' ')}`
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return advice
  say(`installing ${wanted.join(', ')} ...`)
  const failed = withoutServiceStarts(() => aptGet('update') ?? aptGet('install', '--no-install-recommends', ...wanted))
  if (failed !== undefined) return `${advice} (tried; ${failed})`
  say(`installed ${wanted.join(', ')}`)
  return missingPackages().length === 0 ? undefined : advice
}

function missingPackages(): string[] {
  return servers.filter(({ program }) => !isInstalled(program)).map(({ debianPackage }) => debianPackage)
}

function isInstalled(program: string): boolean {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/bin']
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** @returns undefined, or why it failed */
function aptGet(...command: string[]): string | undefined {
  const result = spawnSync('apt-get', ['-q', '-y', ...command], {
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  if (result.status === 0) return undefined
  const lastLine = result.stderr.trim().split('\n').at(-1)
  return `apt-get ${command[0]} ended with ${result.status ?? result.signal}: ${lastLine}`
}

/** Debian starts what it installs, on the usual ports, unless this file says no. One that is there is left alone. */
function withoutServiceStarts<T>(install: () => T): T {
  const policy = '/usr/sbin/policy-rc.d'
  if (existsSync(policy)) return install()
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    return install()
  } finally {
    rmSync(policy, { force: true })
  }
}
