/**
 * The package as a user gets it: packed, unpacked into an empty project elsewhere beside the platform
 * package with the addon that was built here.
 */

import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

import test from 'ava'

import { node, root } from './helpers/child.mjs'
import { folder } from './helpers/files.mjs'

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'

/** Packs the folder `from` and unpacks it into `node_modules` of a project. */
function install(project, from, name) {
  const shell = process.platform === 'win32'
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', project]
  const packed = JSON.parse(execFileSync(npm, args, { cwd: from, shell, encoding: 'utf8' }))
  // An array up to npm 11, later an object by the name of the package.
  const { filename, files } = Object.values(packed)[0]
  const target = path.join(project, 'node_modules', name)
  fs.mkdirSync(target, { recursive: true })
  execFileSync('tar', ['-xzf', filename, '-C', path.join('node_modules', name), '--strip-components', '1'], { cwd: project })
  return files.map((file) => file.path)
}

/** Links the packages that gigapx depends on, from this checkout. */
function linkDependencies(project, names) {
  for (const name of names) {
    const link = path.join(project, 'node_modules', name)
    fs.mkdirSync(path.dirname(link), { recursive: true })
    fs.symlinkSync(path.join(root, 'node_modules', name), link, 'junction')
  }
}

/** An empty project with gigapx in it, and with the platform package unless that is left out. */
function emptyProject(t, { addon = true } = {}) {
  const directory = folder(t)
  fs.writeFileSync(path.join(directory, 'package.json'), JSON.stringify({ name: 'user', type: 'module' }))
  const files = install(directory, root, 'gigapx')
  const { dependencies } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'))
  linkDependencies(directory, Object.keys(dependencies))
  if (addon) {
    const binary = fs.readdirSync(root).find((name) => /^gigapx\..*\.node$/.test(name))
    const name = `gigapx-${binary.split('.')[1]}`
    const source = path.join(directory, name)
    fs.mkdirSync(source)
    fs.copyFileSync(path.join(root, binary), path.join(source, binary))
    const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'))
    fs.writeFileSync(path.join(source, 'package.json'), JSON.stringify({ name, version, main: binary, files: [binary] }))
    install(directory, source, name)
  }
  return { directory, files }
}

/** Writes a file of a project. */
function write(directory, name, text) {
  fs.writeFileSync(path.join(directory, name), text)
}

const program = `
  import { fromBuffer, open } from 'gigapx'
  await fromBuffer(new Uint16Array(48).fill(7), { width: 8, height: 6 }).gaussianBlur({ sigma: 1 }).toFile('out.tif')
  const image = await open('out.tif')
  console.log(image.width, image.depth, (await image.toBuffer()).readUInt16LE(0))
`

test('it works from ESM, from require() and on the command line', async (t) => {
  const { directory, files } = emptyProject(t)
  t.false(files.some((file) => file.endsWith('.node') || file.startsWith('crates') || file.startsWith('src-ts')))
  write(directory, 'main.js', program)
  const options = { cwd: directory, env: { NAPI_RS_NATIVE_LIBRARY_PATH: undefined } }
  const esm = await node(['main.js'], options)
  t.is(esm.stdout, '8 uint16 7\n', esm.stderr)
  write(directory, 'main.cjs', "const { versions } = require('gigapx')\nconsole.log(versions.gigapx)")
  const cjs = await node(['main.cjs'], options)
  t.regex(cjs.stdout, /^\d+\.\d+\.\d+/, cjs.stderr)
  const command = await node(['node_modules/gigapx/dist/cli.js', 'info', 'out.tif'], options)
  t.regex(command.stdout, /uint16/, command.stderr)
})

test('it works from TypeScript, with every check on', async (t) => {
  const { directory } = emptyProject(t)
  linkDependencies(directory, ['@types/node', 'undici-types'])
  write(directory, 'main.ts', program)
  const args = ['--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', 'false', '--noEmit']
  for (const module of [['--module', 'nodenext'], ['--module', 'esnext', '--moduleResolution', 'bundler']]) {
    const tsc = path.join(root, 'node_modules/typescript/bin/tsc')
    const { code, stdout } = await node([tsc, ...args, '--target', 'es2022', ...module, 'main.ts'], { cwd: directory })
    t.is(code, 0, stdout)
  }
})

test('without the addon it says what to do', async (t) => {
  const { directory } = emptyProject(t, { addon: false })
  write(directory, 'main.js', program)
  const { code, stderr } = await node(['main.js'], { cwd: directory, env: { NAPI_RS_NATIVE_LIBRARY_PATH: undefined } })
  t.is(code, 1)
  t.regex(stderr, /gigapx could not load its native addon for \w+-\w+/)
  t.regex(stderr, /npm install --include=optional gigapx/)
  t.regex(stderr, /npm run build:native/)
})
