// Installs the package as a user does: packs it and the platform package of this machine, installs both
// into an empty project outside the repository, and uses them from JavaScript, TypeScript and the shell.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'gigapx-package-'))
const project = path.join(work, 'project')

/** Runs a command; its output is shown only if it fails. */
function run(command, args, cwd) {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: 'pipe', shell: process.platform === 'win32' })
  } catch (error) {
    process.stderr.write(`${error.stdout ?? ''}${error.stderr ?? ''}`)
    throw new Error(`${command} ${args.join(' ')} failed with status ${error.status}`)
  }
}

function pack(folder) {
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', work], folder))
  return path.join(work, packed.filename)
}

/** The tarball of the platform package, with the binary that was built here. */
function packPlatform() {
  // The tool writes inside the repository only; git ignores the folder.
  const dirs = path.join(root, 'npm')
  run('npx', ['napi', 'create-npm-dirs'], root)
  const [binary] = fs.readdirSync(root).filter((name) => name.endsWith('.node'))
  const platform = binary.split('.')[1]
  fs.copyFileSync(path.join(root, binary), path.join(dirs, platform, binary))
  return pack(path.join(dirs, platform))
}

const script = `
import { fromBuffer, open } from 'gigapx'

const image = fromBuffer(new Uint8Array(100 * 80).fill(9), { width: 100, height: 80 })
await image.gaussianBlur({ sigma: 2.2 }).toFile('out.tif')
const back = await (await open('out.tif')).toBuffer()
if (back.length !== 8000 || back.some((sample) => sample !== 9)) throw new Error('wrong pixels')
console.log('ok')
`

const typed = `
import { type GigapxError, type Image, type Tile, open } from 'gigapx'

const image: Image = await open('out.tif')
const blurred: Image = image.gaussianBlur({ sigma: { x: 1, y: 2 }, border: { constant: 3 } })
for await (const tile of blurred.tiles({ width: 64, height: 64 })) {
  const { data, left }: Tile = tile
  console.log(left, data.length)
}
export const code = (error: GigapxError): string => error.code
`

try {
  fs.mkdirSync(project)
  fs.writeFileSync(path.join(project, 'package.json'), '{ "private": true, "type": "module" }\n')
  const { devDependencies } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'))
  const tools = ['typescript', '@types/node'].map((name) => `${name}@${devDependencies[name]}`)
  run('npm', ['install', '--no-audit', '--no-fund', pack(root), packPlatform(), ...tools], project)

  fs.writeFileSync(path.join(project, 'use.js'), script)
  run('node', ['use.js'], project)
  console.log('package: works from JavaScript')

  fs.writeFileSync(path.join(project, 'use.ts'), typed)
  const options = ['--strict', '--target', 'es2022', '--module', 'nodenext', '--types', 'node']
  run('npx', ['tsc', ...options, '--outDir', 'compiled', 'use.ts'], project)
  run('node', ['compiled/use.js'], project)
  console.log('package: works from TypeScript')

  run('npx', ['gigapx', 'run', 'out.tif', 'cli.tif', 'gaussian-blur', '--sigma', '1'], project)
  const info = JSON.parse(run('npx', ['gigapx', 'info', 'cli.tif', '--json'], project))
  if (info.width !== 100) throw new Error('the command line reports another width')
  console.log('package: works from the command line')
} finally {
  fs.rmSync(work, { recursive: true, force: true })
}
