#!/usr/bin/env bash
# The contract checked by buf, which comes from npm at the version of package-lock.json.
#
#   buf.sh check    style, comments, format, and no breaking change since the released contract
#   buf.sh format   rewrites proto/ in buf's format
#   buf.sh release  makes the contract as it is the released one: proto/released.binpb
set -euo pipefail
cd "$(dirname "$0")/.."

# Not `npm ci`: it wants every platform's binary in the lock file, and not every mirror of npm has them all.
[ .ci/node_modules/.package-lock.json -nt .ci/package-lock.json ] ||
  npm install --prefix .ci --no-save --ignore-scripts --no-audit --no-fund --loglevel=error
buf() { .ci/node_modules/.bin/buf "$@"; }

# buf reads one folder: our protos, and buf/validate as the crate that our build takes it from ships it.
module=target/buf
assemble() {
  local manifest
  manifest=$(cargo metadata --locked --format-version 1 | node -e '
    const { packages } = JSON.parse(require("fs").readFileSync(0));
    console.log(packages.find(p => p.name === "prost-protovalidate-types").manifest_path)')
  rm -rf "$module"
  mkdir -p "$module/buf/validate"
  cp -R proto/clientele proto/buf.yaml "$module"
  cp "$(dirname "$manifest")/proto/buf/validate/validate.proto" "$module/buf/validate/"
}

case "${1:-check}" in
  check)
    assemble
    buf lint "$module"
    buf format "$module" --path "$module/clientele" --diff --exit-code
    buf breaking "$module" --against proto/released.binpb
    ;;
  format)
    assemble
    buf format "$module" --path "$module/clientele" --write
    cp -R "$module/clientele" proto/
    ;;
  release)
    assemble
    buf build "$module" --exclude-source-info --output proto/released.binpb
    ;;
  *)
    echo "usage: $0 check|format|release" >&2
    exit 2
    ;;
esac
