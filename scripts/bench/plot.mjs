/** benchmarks.png: a panel for each case, a bar for each contender. */

import sharp from 'sharp'

const [PANEL, LABELS, BAR, GAP, COLUMNS] = [690, 260, 20, 6, 2]
/** Contenders that filter nothing. */
const LIMIT = /^(?:memcpy|cp|dd|libvips, copy)/u
const COLOURS = { gigapx: '#d1495b', sigma: '#d1495b', OpenCV: '#30638e', libvips: '#7fa650', sharp: '#3a7d44', other: '#9a9a9a' }

export async function plot(folder, results, { cpu, cores }) {
  const panels = results.map(panel)
  // Panels side by side are as high as the higher.
  const rows = []
  for (let i = 0; i < panels.length; i += COLUMNS) rows.push(panels.slice(i, i + COLUMNS))
  let y = 64
  const body = rows.flatMap((row) => {
    const drawn = row.map(({ svg }, column) => `<g transform="translate(${column * PANEL},${y})">${svg}</g>`)
    y += Math.max(...row.map(({ height }) => height))
    return drawn
  })
  const title = `MP/s (median; longer is faster) and gigapx's speed over it, ${cores} cores of ${cpu}`
  const width = PANEL * Math.min(COLUMNS, panels.length)
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y + 12}" ` +
    `font-family="DejaVu Sans, Verdana, sans-serif" font-size="13"><rect width="100%" height="100%" fill="#fff"/>` +
    `<text x="16" y="34" font-size="${panels.length > 1 ? 19 : 11}" font-weight="bold">${escape(title)}</text>` +
    `${body.join('')}</svg>`
  await sharp(Buffer.from(svg), { density: 144 }).png({ palette: true }).toFile(`${folder}/benchmarks.png`)
}

function panel({ title, rows }) {
  // Room behind the longest bar for its number.
  const room = PANEL - LABELS - 130
  // Those that filter nothing are off the scale where they would make all others short.
  const scale = room / (1.25 * Math.max(...rows.filter(({ name }) => !LIMIT.test(name)).map(({ speed }) => speed)))
  const bars = rows.map(({ name, speed, ratio }, i) => {
    const y = 34 + i * (BAR + GAP)
    const length = Math.min(room, Math.max(1, speed * scale))
    const cut = speed * scale > room
    const text = `${Math.round(speed).toLocaleString('en')}${i === 0 ? '' : ` (${ratio.toFixed(2)}x)`}`
    return `<text x="${LABELS - 8}" y="${y + 15}" text-anchor="end">${escape(name)}</text>` +
      `<rect x="${LABELS}" y="${y}" width="${length.toFixed(1)}" height="${BAR}" fill="${colour(name)}"/>` +
      // A gap in the bar says that it is longer than drawn.
      (cut ? `<path d="M${LABELS + room - 24} ${y - 1}l-8 ${BAR + 2}h6l8 -${BAR + 2}z" fill="#fff"/>` : '') +
      `<text x="${LABELS + length + 6}" y="${y + 15}" fill="#444">${text}</text>`
  })
  const heading = `<text x="16" y="20" font-weight="bold">${escape(title)}</text>`
  return { svg: heading + bars.join(''), height: 34 + rows.length * (BAR + GAP) + 24 }
}

function colour(name) {
  const known = Object.keys(COLOURS).find((key) => name.startsWith(key))
  return COLOURS[known ?? 'other']
}

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
