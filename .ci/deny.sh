#!/usr/bin/env bash
# cargo deny with the arguments given. Where it is not installed it is built once, into target/tools (about a minute; a debug build is
# quick enough at run time and takes a third of the time to build).
set -euo pipefail
cd "$(dirname "$0")/.."

version=0.20.2
tools=$PWD/target/tools
if ! command -v cargo-deny >/dev/null; then
  PATH=$tools/bin:$PATH
  cargo-deny --version 2>/dev/null | grep -qx "cargo-deny $version" ||
    CARGO_TARGET_DIR=$tools/build cargo install --quiet --locked --debug --config profile.dev.debug=false \
      --root "$tools" "cargo-deny@$version"
  rm -rf "$tools/build"
fi
cargo-deny --log-level warn "$@"
