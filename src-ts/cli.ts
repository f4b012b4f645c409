#!/usr/bin/env node
/** The command `gigapx`. */

import process from 'node:process'

import { main } from './cli/main.js'

// Not process.exit(): what was written to a pipe would be lost.
process.exitCode = await main(process.argv.slice(2))
