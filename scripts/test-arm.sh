#!/usr/bin/env bash
# Runs the kernels' tests for 64-bit Arm under emulation, on Linux x64: there NEON must equal the scalar
# reference too. Installs what it needs where it may.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross)
has_tools() { command -v qemu-aarch64 >/dev/null && command -v aarch64-linux-gnu-gcc >/dev/null; }
if ! has_tools && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi
has_tools || { echo "test-arm: as root, apt-get install ${packages[*]}" >&2; exit 1; }

rustup target add aarch64-unknown-linux-gnu
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER='qemu-aarch64 -L /usr/aarch64-linux-gnu'
cargo test --locked --target aarch64-unknown-linux-gnu -p gigapx-raster -p gigapx-kernels -p gigapx-filters
