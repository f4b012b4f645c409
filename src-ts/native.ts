/**
 * The only importer of the raw binding, `../index.js`, which the build generates.
 */

import { createRequire } from 'node:module'
import process from 'node:process'

type Binding = typeof import('../index.js')

export type {
  BindingBorder,
  BindingBox,
  BindingConvolve,
  BindingConvolveSeparable,
  BindingDeepZoom,
  BindingDerivative,
  BindingError,
  BindingExplanation,
  BindingGaussian,
  BindingGeo,
  BindingGradient,
  BindingHistogram,
  BindingImage,
  BindingJob,
  BindingLaplacian,
  BindingLayout,
  BindingMeasure,
  BindingMetadata,
  BindingMorphology,
  BindingOpened,
  BindingPoint,
  BindingRank,
  BindingRegion,
  BindingTags,
  BindingTarget,
  BindingTiles,
  BindingUnsharp,
} from '../index.js'

/** What there is a prebuilt addon for. */
const PLATFORMS = [
  'darwin-arm64',
  'darwin-x64',
  'linux-arm64-gnu',
  'linux-arm64-musl',
  'linux-x64-gnu',
  'linux-x64-musl',
  'win32-arm64-msvc',
  'win32-x64-msvc',
]

/** The binding, loaded once for each environment (main thread or worker). */
export const native: Binding = load()

let shutsDown = false

/** Sees to it that jobs end, and leave no temporary files, when this environment exits. */
export function shutDownAtExit(): void {
  if (!shutsDown) {
    shutsDown = true
    process.once('exit', native.shutdown)
  }
}

function load(): Binding {
  // Not `await import()`: a module that awaits cannot be loaded by `require('gigapx')`.
  const require = createRequire(import.meta.url)
  try {
    return require('../index.js') as Binding
  } catch (cause) {
    throw new Error(advice(), { cause })
  }
}

function advice(): string {
  const platform = platformName()
  const lines = [`gigapx could not load its native addon for ${platform} (Node ${process.version})`]
  if (PLATFORMS.includes(platform)) {
    const [os, cpu, abi] = platform.split('-')
    const libc = os === 'linux' ? ` --libc=${abi === 'gnu' ? 'glibc' : 'musl'}` : ''
    lines.push(
      `- npm must install optional dependencies; the addon is in gigapx-${platform}:`,
      '    npm install --include=optional gigapx',
      '- npm can lose them from a lock file (https://github.com/npm/cli/issues/4828). Remove',
      '  node_modules and package-lock.json, then install again.',
      '- If node_modules was made on another platform, for a container say, install for this one:',
      `    npm install --os=${os} --cpu=${cpu}${libc} gigapx`,
      '- In a checkout of the repository, build the addon: npm run build:native',
    )
    if (os === 'linux' && abi === 'gnu') {
      lines.push(`- The C library may be too old; this one is glibc ${glibc() ?? 'of no known version'}.`)
    }
  } else {
    lines.push(
      `- There is no prebuilt addon for this platform; there is for ${PLATFORMS.join(', ')}.`,
      '- With Rust installed it can be built from a checkout: npm run build:native',
    )
  }
  lines.push('The reasons of each attempt are in the cause of this error.')
  return lines.join('\n')
}

function platformName(): string {
  const name = `${process.platform}-${process.arch}`
  if (process.platform === 'linux') {
    return `${name}-${glibc() === undefined ? 'musl' : 'gnu'}`
  }
  return process.platform === 'win32' ? `${name}-msvc` : name
}

/** The version of glibc; undefined on musl. */
function glibc(): string | undefined {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } }
  return header.glibcVersionRuntime
}
