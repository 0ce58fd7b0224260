#!/usr/bin/env node
// biome-ignore-all lint/style/useNodejsImportProtocol: Node 12 does not know node: names
'use strict'

/*
 * Starts the program with a Node that can run it.
 *
 * Distributions ship Nodes that are too old, so npm installs a newer one beside the program as an optional dependency; when the
 * Node that started this file is too old, it runs itself again with that one. Hence this file is written in the syntax of old
 * Nodes (12), and stays that way: var, function, no optional chaining, no node: names.
 */

var fs = require('fs')
var path = require('path')
var spawn = require('child_process').spawn

var root = path.join(__dirname, '..')
/** Set for the second run, which must not start a third. */
var MARK = 'BREAKWATER_RELAUNCHED'

function main() {
  var isSecondRun = process.env[MARK] === '1'
  delete process.env[MARK]
  var needed = neededMajor()
  if (isSecondRun || majorOf(process.versions.node) >= needed) return runProgram()
  var binary = installedNode()
  if (binary === undefined) {
    fail(
      'Node ' +
        process.versions.node +
        ' is too old, ' +
        needed +
        ' or newer is needed: run "npm install ' +
        packageName() +
        '" or start it with a newer Node',
    )
    return
  }
  relaunch(binary)
}

function runProgram() {
  // Compiled in the published package, because Node does not strip types below node_modules.
  var compiled = path.join(root, 'dist', 'main.js')
  var program = fs.existsSync(compiled) ? compiled : path.join(root, 'src', 'main.ts')
  import(require('url').pathToFileURL(program).href).catch((error) => {
    console.error(error)
    process.exit(1)
  })
}

function relaunch(binary) {
  var env = Object.assign({}, process.env)
  env[MARK] = '1'
  var child = spawn(binary, process.execArgv.concat([__filename], process.argv.slice(2)), {
    stdio: ['inherit', 'inherit', 'inherit'].concat(activatedSockets()),
    env: env,
  })
  var signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2']
  signals.forEach((signal) => {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to both processes itself; a second one would tell the program to give up at once.
      if (signal === 'SIGINT' && process.stdin.isTTY) return
      child.kill(signal)
    })
  })
  child.on('error', (error) => {
    fail('cannot run ' + binary + ': ' + error.message)
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    // Die of what the program died of, so that whoever waits for this process sees the truth.
    signals.forEach((name) => {
      process.removeAllListeners(name)
    })
    process.kill(process.pid, signal)
  })
}

/** Descriptors of the sockets that systemd opened for this process (sd_listen_fds(3)), to be passed on. */
function activatedSockets() {
  var count = process.env.LISTEN_PID === String(process.pid) ? Number(process.env.LISTEN_FDS) : 0
  return Array.from({ length: count }, (_, i) => 3 + i)
}

/** The path of the Node that npm installed for this machine, if it did. */
function installedNode() {
  try {
    return path.join(path.dirname(require.resolve(packageName() + '/package.json')), 'bin', 'node')
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error
    return undefined
  }
}

function packageName() {
  return 'node-' + process.platform + '-' + process.arch
}

function neededMajor() {
  var manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'))
  return majorOf(manifest.engines.node.replace(/^>=\s*/, ''))
}

function majorOf(version) {
  return Number(version.split('.')[0])
}

function fail(message) {
  console.error('breakwater: ' + message)
  process.exitCode = 1
}

main()
