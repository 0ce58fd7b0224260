import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Run } from './support.ts'

async function refused(...args: string[]): Promise<string> {
  const run = new Run()
  assert.equal(await run.start('bench', ...args), 2)
  assert.equal(run.stdout.text, '')
  return run.stderr.text
}

describe('bench refuses before anything is sent', () => {
  it('a site that is not on this machine, unless it is said to be the user’s own', async () => {
    assert.match(
      await refused('--url', 'https://www.example.com/'),
      /www\.example\.com is not this machine.*say --yes/s,
    )
    const through = ['--url', 'http://127.0.0.1/', '--through', 'http://192.0.2.1/']
    assert.match(await refused(...through), /192\.0\.2\.1 is not this machine/)
  })

  it('what is no URL, and a cache without its site', async () => {
    assert.match(await refused('--url', 'my.site'), /--url my\.site: expected a URL/)
    assert.match(await refused('--url', 'ftp://127.0.0.1/'), /expected a URL/)
    assert.match(await refused('--through', 'http://127.0.0.1:8080/'), /--through needs --url/)
  })

  it('a scenario that there is not, naming those that there are', async () => {
    assert.match(await refused('--scenario', 'tsunami'), /--scenario tsunami: there are wave, cold-herd, /)
  })

  it('a number of visitors that is none', async () => {
    for (const visitors of ['0', 'many', '1e3', '200000']) {
      assert.match(await refused('--visitors', visitors), /expected a whole number from 1 to 100000/)
    }
  })

  it('peers in front of a site that runs already', async () => {
    assert.match(await refused('--peers', '--url', 'http://127.0.0.1:8081/'), /without --url/)
  })
})

describe('bench', () => {
  it('has help with examples', async () => {
    const run = new Run()
    assert.equal(await run.start('bench', '--help'), 0)
    assert.match(run.stdout.text, /Examples:\n {2}breakwater bench /)
    assert.match(run.stdout.text, /--against <FILE>/)
  })

  it('says that a file to compare with cannot be read, and measures nothing', async () => {
    const run = new Run()
    assert.equal(await run.start('bench', '--against', '/nowhere/before.json'), 1)
    assert.match(run.stderr.text, /--against \/nowhere\/before\.json: ENOENT/)
  })
})
