#!/usr/bin/env bash
# Prints the folder with the PostgreSQL server's programs: $CLIENTELE_PG_BIN, PATH, pg_config, the usual places newest first.
set -euo pipefail

usable() { [ -x "$1/initdb" ] && [ -x "$1/postgres" ] && [ -x "$1/pg_ctl" ]; }
found() { printf '%s\n' "$1"; exit 0; }

if [ -n "${CLIENTELE_PG_BIN:-}" ]; then
  usable "$CLIENTELE_PG_BIN" && found "$CLIENTELE_PG_BIN"
  exit 1
fi
if server=$(command -v postgres); then
  # PATH may hold links to single programs; the server looks for its other files beside the real one.
  folder=$(dirname "$(readlink -f "$server" 2>/dev/null || printf '%s' "$server")")
  usable "$folder" && found "$folder"
fi
if command -v pg_config >/dev/null; then
  folder=$(pg_config --bindir)
  usable "$folder" && found "$folder"
fi
usual=$(ls -d /usr/lib/postgresql/*/bin /usr/local/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin \
  /usr/local/opt/postgresql*/bin /usr/local/pgsql/bin /Library/PostgreSQL/*/bin 2>/dev/null | sort -rV) || true
for folder in $usual; do
  usable "$folder" && found "$folder"
done
exit 1
