#!/usr/bin/env bash
# Checks what a build needs, and installs what is missing where apt-get may. Cheap when all is there.
# `setup.sh lint` also wants Node, which only buf needs.
set -euo pipefail
cd "$(dirname "$0")/.."

has() { command -v "$1" >/dev/null; }
has_postgres() { .ci/postgres-bin.sh >/dev/null; }
has_protoc() {
  local folder
  has protoc || return 1
  folder=$(mktemp -d)
  # protoc alone is not enough: Debian ships google/protobuf/*.proto in another package.
  printf 'syntax = "proto3"; import "google/protobuf/descriptor.proto";' > "$folder/probe.proto"
  protoc -I "$folder" -o /dev/null "$folder/probe.proto" 2>/dev/null && { rm -rf "$folder"; return 0; }
  rm -rf "$folder"
  return 1
}

# What is missing, as packages of each system.
debian=() fedora=() brew=() missing=()
need() { # what, package of Debian, of Fedora, of Homebrew
  missing+=("$1"); debian+=($2); fedora+=($3); brew+=($4)
}
has cc || need "a C compiler" "gcc libc6-dev" gcc "gcc"
has_postgres || need "the PostgreSQL server" postgresql postgresql-server postgresql
has_protoc || need "protoc with its includes" "protobuf-compiler libprotobuf-dev" "protobuf-compiler protobuf-devel" protobuf
if [ "${1:-}" = lint ]; then
  { has node && has npm; } || need "Node with npm" "nodejs npm" nodejs-npm node
fi

if [ ${#missing[@]} -gt 0 ]; then
  as_root=env
  [ "$(id -u)" = 0 ] || as_root=sudo
  if has apt-get && { [ "$(id -u)" = 0 ] || has sudo; }; then
    echo "setup: installing ${debian[*]}"
    $as_root apt-get update -qq
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${debian[@]}" >/dev/null
  else
    echo "setup: missing:$(printf ' %s;' "${missing[@]}")" >&2
    echo "setup: Debian, Ubuntu: apt-get install ${debian[*]}; Fedora: dnf install ${fedora[*]}; macOS: brew install ${brew[*]}" >&2
    exit 1
  fi
fi
has cargo || { echo "setup: missing: the Rust toolchain; install it from https://rustup.rs" >&2; exit 1; }
