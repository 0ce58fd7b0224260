import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { freePort } from '../../src/bench/servers/free-port.ts'
import { startBreakwater } from '../support/breakwater.ts'
import { fetchRaw } from '../support/http-client.ts'
import { ScriptedOrigin } from '../support/scripted-origin.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** HTCP CLR as MediaWiki sends it: opcode 4 where Squid has it, HEAD, the URL, HTTP/1.0, no fields. */
function clearDatagram(uri: string): Buffer {
  const counted = (text: string) => {
    const length = Buffer.alloc(2)
    length.writeUInt16BE(text.length)
    return Buffer.concat([length, Buffer.from(text, 'latin1')])
  }
  const specifier = Buffer.concat(['HEAD', uri, 'HTTP/1.0', ''].map(counted))
  const packet = Buffer.alloc(14)
  packet.writeUInt16BE(14 + specifier.length + 2, 0)
  packet.writeUInt16BE(8 + 2 + specifier.length, 4)
  packet[6] = 4
  return Buffer.concat([packet, specifier, Buffer.from([0, 2])])
}

function send(uri: string, port: number, to: string): Promise<void> {
  const socket = createSocket('udp4')
  return new Promise((resolve, reject) => {
    socket.bind(0, '127.0.0.1', () => {
      socket.setMulticastInterface('127.0.0.1')
      socket.send(clearDatagram(uri), port, to, (error) => {
        socket.close()
        if (error) reject(error)
        else resolve()
      })
    })
  })
}

it('HTCP: a reload moves where it is listened for, joins a multicast group, and changes who may send', async (t) => {
  const origin = await ScriptedOrigin.start((request) => request.respond({ fields: ['Cache-Control', 'max-age=60'] }))
  const folder = temporaryFolder()
  const file = join(folder.path, 'site.yaml')
  const [port, first, second] = [await freePort(), await freePort(), await freePort()]
  const write = (purge: string) =>
    writeFileSync(file, `listen: 127.0.0.1:${port}\norigins: ["${origin.url}"]\nadmin: off\npurge: { ${purge} }\n`)
  write(`htcp: '127.0.0.1:${first}'`)
  const proxy = await startBreakwater(['--config', file])
  t.after(async () => {
    await proxy.stop()
    await origin.close()
    folder.remove()
  })
  const reload = async (purge: string, said: RegExp) => {
    write(purge)
    proxy.signal('SIGHUP')
    await proxy.output(said)
  }
  const fill = (target: string) => fetchRaw(port, { target, fields: ['Host', 'site.test'] })

  await fill('/1')
  await send('http://site.test/1', first, '127.0.0.1')
  await proxy.output(/"dialect":"htcp","what":\["http:\/\/site\.test\/1"\],"orders":1,"matched":1/)

  const group = '239.128.7.9'
  await reload(`htcp: '${group}:${second}', htcpInterface: 127.0.0.1`, /the configuration was read anew/)
  await fill('/2')
  await send('http://site.test/2', second, group)
  await proxy.output(/site\.test\/2"\],"orders":1,"matched":1/)

  // Nobody from here any more: what comes behind it is heard, so it was not.
  await reload(`from: [10.1.1.1], htcp: '${group}:${second}', htcpInterface: 127.0.0.1`, /read anew[\s\S]*read anew/)
  await send('http://site.test/3', second, group)
  await reload(`htcp: '127.0.0.1:${first}'`, /read anew[\s\S]*read anew[\s\S]*read anew/)
  await send('http://site.test/4', first, '127.0.0.1')
  await proxy.output(/site\.test\/4/)
  assert.doesNotMatch(proxy.stderr(), /site\.test\/3/)

  await reload(`htcp: '203.0.113.1:${first}'`, /the configuration stays as it was/)
  await send('http://site.test/5', first, '127.0.0.1')
  await proxy.output(/site\.test\/5/)
})
