# Posting orders, until nothing is pending any more and every customer is told.
# shellcheck shell=bash disable=SC2034 # STUCK is for the report

WARM_UP_CONNECTIONS=64

# Nothing of it counts: the programs compile their hot paths, and the products' grains come to life.
warm_up() {
  say "Warming up for $WARM_UP_SECONDS s"
  telling_begins
  run_wrk warm-up spread "$WARM_UP_CONNECTIONS" "$WARM_UP_SECONDS" infra/bench/place.lua
  ((REQUESTS > 0)) || die "no order was accepted: $(xargs <"$BENCH_DIR/wrk.tsv")"
  await_drained
  await_told warm-up spread "$WARM_UP_CONNECTIONS"
}

# load SHAPE CONNECTIONS
load() {
  local shape=$1 connections=$2 stopped drain told
  say "Orders, $shape, $connections connections, $SECONDS_EACH s"
  telling_begins
  checkpoint
  cost_begin
  run_wrk load "$shape" "$connections" "$SECONDS_EACH" infra/bench/place.lua
  stopped=$EPOCHREALTIME
  await_drained || STUCK=yes
  drain=$(calc "$EPOCHREALTIME - $stopped" 2)
  await_told load "$shape" "$connections"
  told=$(calc "$EPOCHREALTIME - $stopped" 2)
  cost_end "$REQUESTS"
  measured load "$shape" "$connections" "$(rate "$REQUESTS" "$ELAPSED")" "$P50_MS" "$P99_MS" "$FAILED" "$drain" \
    "$(rate "$REQUESTS" "$ELAPSED + $drain")" "$told" "${CPU_EACH[@]}" "${MEMORY[@]}"
}
