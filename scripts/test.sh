#!/usr/bin/env bash
# Runs every check there is: formatting, lints, Rust tests, the oracle, the build, types, the façade's
# tests and the package as users install it. Installs what it needs where it may, and says what it does.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; }
need() { command -v "$1" >/dev/null || { echo "test: $1 is missing: $2" >&2; exit 1; }; }

need node 'install Node 20.19 or newer'
need cargo 'install Rust with rustup; rust-toolchain.toml names the version'

step 'npm packages'
npm ci --no-audit --no-fund

# OpenCV is the oracle of the filters: Debian and Ubuntu have it as packages.
packages=(libopencv-core-dev libopencv-imgproc-dev libclang-dev clang)
has_opencv() { [ -e /usr/include/opencv4/opencv2/imgproc.hpp ] && command -v clang >/dev/null; }
if ! has_opencv && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  step "OpenCV, by apt-get: ${packages[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi

step 'format'
cargo fmt --all --check

step 'clippy'
cargo clippy --locked --all-targets -- -D warnings

step 'documentation'
RUSTDOCFLAGS='-D warnings' cargo doc --locked --no-deps --quiet

step 'Rust tests'
cargo test --locked

if has_opencv; then
  step 'conformance with OpenCV'
  # shellcheck source=scripts/opencv-env.sh
  source scripts/opencv-env.sh
  cargo clippy --locked -p gigapx-conformance --all-targets -- -D warnings
  cargo test --locked -p gigapx-conformance
  conformance=run
else
  conformance="NOT RUN, for lack of OpenCV: as root, apt-get install ${packages[*]}"
fi

step 'native build'
npm run --silent build:native
git diff --exit-code -- index.js index.d.ts ||
  { echo 'test: the generated binding has changed; commit it' >&2; exit 1; }

step 'manual'
node scripts/readme.mjs --check

step 'façade: build, lint, types'
npm run --silent build:ts
npm run --silent lint
npm run --silent test:types

step 'façade: tests'
npm test --silent

step 'package'
npm run --silent test:package

step 'done'
echo "All checks passed. Conformance: $conformance."
