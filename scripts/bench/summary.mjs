/** The table at the top of benchmarks.md: a line for each case in memory and each way of gigapx. */

import { OURS, STRIPES } from './cases.mjs'

const MEMCPY = 'memcpy on all cores'

/** Every goal and whether it was reached. */
export function verdicts(results) {
  const cases = results.filter((one) => !one.files && !one.alone && !one.graphs && !one.packed)
  return cases.flatMap((one) => one.variants.map((variant) => verdict(one, variant)))
}

function verdict({ title, rows, call, depth, output }, { name, goal, against }) {
  const row = (wanted) => rows.find((candidate) => candidate.name === wanted)
  const ours = row(name).speed
  const ratio = (wanted) => ours / row(wanted).speed
  return {
    title: `${title.replace(/, in memory$/u, '')}${name.replace(OURS, '')}`,
    ours,
    stripes: row(STRIPES).speed,
    call: row(call).speed,
    toStripes: ratio(STRIPES),
    toCall: ratio(call),
    memcpy: row(MEMCPY).speed,
    toMemcpy: ratio(MEMCPY),
    widens: depth !== output,
    goal,
    against,
    reached: goal === undefined ? undefined : ratio(against) >= goal,
    doubtful: row(name).starved || row(against).starved,
  }
}

export function summary(results) {
  const lines = verdicts(results)
  if (lines.length === 0) return []
  return [
    '',
    '## Summary',
    '',
    'MP/s; the goal is the ratio to OpenCV in stripes unless it says "to calls", the ratio to OpenCV\'s own sequence of calls.',
    'What a * means is said below.',
    '',
    '| | gigapx | OpenCV stripes | OpenCV call | gigapx / stripes | gigapx / call | memcpy | gigapx / memcpy | goal | reached |',
    '|---|--:|--:|--:|--:|--:|--:|--:|--:|---|',
    ...lines.map(line),
    ...(lines.some(({ widens }) => widens) ? WIDE : []),
  ]
}

function line({ title, ours, stripes, call, toStripes, toCall, memcpy, toMemcpy, widens, goal, against, reached, doubtful }) {
  const wanted = goal === undefined ? '-' : `${goal}${against === STRIPES ? '' : ' to calls'}`
  const outcome = goal === undefined ? '-' : `${reached ? 'yes' : 'no'}${doubtful ? ' *' : ''}`
  const cells = [
    title, whole(ours), whole(stripes), whole(call), toStripes.toFixed(2), toCall.toFixed(2),
    `${whole(memcpy)}${widens ? ' ¹' : ''}`, toMemcpy.toFixed(2), wanted, outcome,
  ]
  return `| ${cells.join(' | ')} |`
}

const WIDE = [
  '',
  '¹ The result is wider than the image: per pixel, half of the bytes of both are copied, so that the copy reads and writes',
  'together as many bytes as the filter.',
]

const whole = (value) => Math.round(value).toLocaleString('en')
