#!/usr/bin/env bash
# The query data of sqlx's checked macros, from a real, migrated database.
#
#   sqlx.sh prepare  writes services/<service>/.sqlx
#   sqlx.sh check    fails where the committed data are not what the database says, or where clippy finds something
#
# The macros ask the database of DATABASE_URL and save what it says of each query in the existing folder SQLX_OFFLINE_DIR, unless
# SQLX_OFFLINE is true (sqlx-macros-core 0.9, query/mod.rs). They run only when a crate is compiled, and a variable is no reason for
# cargo to compile: hence the touch. The folder is one per compilation: hence `prepare` takes a service at a time, once all that has changed
# is compiled, and `check` compares all of them at once. What `check` compiles by is clippy: nothing that linting does not need anyway.
set -euo pipefail
cd "$(dirname "$0")/.."

mode=${1:-check}
case $mode in prepare | check) ;; *) echo "usage: $0 prepare|check" >&2; exit 2 ;; esac

services=()
for folder in services/*/migrations; do
  [ -d "$folder" ] && services+=("$(basename "$(dirname "$folder")")")
done

bin=$(.ci/postgres-bin.sh)
scratch=$(mktemp -d /tmp/clientele-sqlx.XXXXXX)
chmod 755 "$scratch"
mkdir "$scratch/cluster" "$scratch/socket" "$scratch/queries" "$scratch/times"

# Postgres refuses root. (The + form below: the bash of macOS takes an empty array for an unset one.)
as_server=()
if [ "$(id -u)" = 0 ]; then
  as_server=(setpriv --reuid=65534 --regid=65534 --clear-groups --)
  chown 65534:65534 "$scratch/cluster" "$scratch/socket"
fi
server() { (cd "$scratch" && ${as_server[@]+"${as_server[@]}"} "$bin/$1" "${@:2}"); }

finish() {
  server pg_ctl stop --pgdata cluster --mode immediate --silent >/dev/null 2>&1 || true
  # Sources keep their times, so that what was built from them is still fresh.
  for service in "${services[@]}"; do
    [ ! -e "$scratch/times/$service" ] || touch -r "$scratch/times/$service" "services/$service/src/lib.rs"
  done
  rm -rf "$scratch"
}
trap finish EXIT

server initdb --pgdata cluster --username postgres --auth trust --encoding UTF8 --locale C --no-sync >/dev/null
server pg_ctl start --pgdata cluster --silent --wait --log "$scratch/cluster/log" \
  --options "-c listen_addresses='' -c fsync=off -k $scratch/socket" >/dev/null

run_sql() { "$bin/psql" --host "$scratch/socket" --username postgres --no-psqlrc --quiet --set ON_ERROR_STOP=1 "$@"; }
for service in "${services[@]}"; do
  run_sql --command "CREATE SCHEMA IF NOT EXISTS $service"
  for migration in services/"$service"/migrations/*.sql; do
    case $migration in *.down.sql) continue ;; esac
    run_sql --command "SET search_path TO $service" --file "$migration"
  done
done

export DATABASE_URL="postgres:///postgres?host=$scratch/socket&user=postgres" SQLX_OFFLINE=false

# Compiles by a command of cargo's, and saves the queries of some services in a folder.
ask() {
  local command=$1 fresh=$2
  mkdir -p "$fresh"
  for service in "${@:3}"; do
    [ -e "$scratch/times/$service" ] || touch -r "services/$service/src/lib.rs" "$scratch/times/$service"
    touch "services/$service/src/lib.rs"
  done
  case $command in
    check) SQLX_OFFLINE_DIR=$fresh cargo check --workspace --all-targets --locked ;;
    clippy) SQLX_OFFLINE_DIR=$fresh cargo clippy --workspace --all-targets --locked -- -D warnings ;;
  esac
}

if [ "$mode" = prepare ]; then
  # From here on nothing is compiled but what is touched.
  ask check "$scratch/queries/all" "${services[@]}"
  for service in "${services[@]}"; do
    fresh=$scratch/queries/$service
    ask check "$fresh" "$service"
    rm -rf "services/$service/.sqlx"
    [ -z "$(ls -A "$fresh")" ] || cp -R "$fresh" "services/$service/.sqlx"
    echo "sqlx: $service: $(ls -A "$fresh" | wc -l) queries"
  done
  exit
fi

twice=$(ls services/*/.sqlx | grep '\.json$' | sort | uniq --repeated)
[ -z "$twice" ] || { echo "sqlx: two services have the query data $twice; run: make sqlx" >&2; exit 1; }
ask clippy "$scratch/queries/asked" "${services[@]}"
mkdir "$scratch/queries/committed"
for service in "${services[@]}"; do
  [ ! -d "services/$service/.sqlx" ] || cp "services/$service/.sqlx/"* "$scratch/queries/committed"
done
if ! (cd "$scratch/queries" && diff --recursive --brief committed asked); then
  echo "sqlx: the committed query data are not what the database says; run: make sqlx" >&2
  exit 1
fi
