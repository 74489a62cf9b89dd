# The reference: what an order needs at least of the database, done by pgbench on the same server, in a database of its own.
# shellcheck shell=bash

REFERENCE_CLIENTS=32
REFERENCE_WARM_UP_SECONDS=3
REFERENCE_NAME=orderflow_bench_reference
REFERENCE_LOG=$BENCH_DIR/pgbench.log
REFERENCE_OPEN=''

reference_open() {
  say "Making the database of the reference"
  REFERENCE_URI=$(with_database "$ORDERFLOW_POSTGRES" "$REFERENCE_NAME")
  reference_drop
  REFERENCE_OPEN=yes
  ask "CREATE DATABASE $REFERENCE_NAME"
  sql "$REFERENCE_URI" --file=OrderFlow.Silo/Postgres/Migrations/0001_orders_and_stock.sql --file=infra/bench/reference.sql
}

reference_close() {
  if [[ -n $REFERENCE_OPEN ]]; then
    reference_drop
    REFERENCE_OPEN=''
  fi
}

reference_drop() {
  PGOPTIONS='-c client_min_messages=warning' ask "DROP DATABASE IF EXISTS $REFERENCE_NAME WITH (FORCE)" || warn "the database $REFERENCE_NAME could not be dropped"
}

# with_database URI NAME: the same server, another database.
with_database() {
  local address=${1%%\?*}
  printf '%s/%s%s\n' "${address%/*}" "$2" "${1#"$address"}"
}

# reference SHAPE
reference() {
  local shape=$1 rate orders failed
  say "Reference, $shape, $REFERENCE_CLIENTS clients, $SECONDS_EACH s"
  run_pgbench "$shape" "$REFERENCE_WARM_UP_SECONDS"
  checkpoint
  cost_begin
  run_pgbench "$shape" "$SECONDS_EACH"
  rate=$(sed -n 's/^tps = \([0-9.]*\).*/\1/p' "$REFERENCE_LOG")
  orders=$(sed -n 's/^number of transactions actually processed: \([0-9]*\).*/\1/p' "$REFERENCE_LOG")
  failed=$(sed -n 's/^number of failed transactions: \([0-9]*\).*/\1/p' "$REFERENCE_LOG")
  cost_end "$orders"
  [[ ${failed:-0} == 0 ]] || went_wrong reference "$shape" "$REFERENCE_CLIENTS" failed "$failed"
  measured reference "$shape" "$REFERENCE_CLIENTS" "$(calc "$rate" 0)" - - "${failed:-0}" - - - "${CPU_EACH[3]}" - - "${CPU_EACH[3]}" - - - - "${MEMORY[2]}" - -
}

run_pgbench() {
  "$(postgres_bin)/pgbench" --no-vacuum --protocol=prepared --client="$REFERENCE_CLIENTS" --jobs=2 --time="$2" \
    --file="infra/bench/reference-$1.sql" "$REFERENCE_URI" >"$REFERENCE_LOG" 2>&1 ||
    die "pgbench failed; see $(short_path "$REFERENCE_LOG")"
}
