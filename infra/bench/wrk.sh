# Running wrk.
# shellcheck shell=bash disable=SC2034 # its variables are for the other parts

WRK_THREADS=2
WRK_TIMEOUT=10s
WRK_LOG=$BENCH_DIR/wrk.log

# run_wrk KIND SHAPE CONNECTIONS SECONDS SCRIPT: sets REQUESTS (answered well), ELAPSED (seconds), P50_MS, P99_MS and FAILED (requests that went wrong).
run_wrk() {
  local kind=$1 shape=$2 connections=$3 seconds=$4 script=$5
  (become_wrk "$connections" "$seconds" "$script" "$shape") || wrk_failed
  read_wrk "$kind" "$shape" "$connections"
}

# become_wrk CONNECTIONS SECONDS SCRIPT ARGUMENTS...: for a subshell, which has its process id then.
become_wrk() {
  local connections=$1 seconds=$2 script=$3
  shift 3
  rm -f "$BENCH_DIR/wrk.tsv"
  exec env BENCH_DIR="$BENCH_DIR" wrk --threads "$((connections < WRK_THREADS ? connections : WRK_THREADS))" --connections "$connections" \
    --duration "${seconds}s" --timeout "$WRK_TIMEOUT" --script "$script" "$ORDERFLOW_API" "$@" >"$WRK_LOG" 2>&1
}

wrk_failed() {
  die "wrk failed; see $(short_path "$WRK_LOG")"
}

# read_wrk KIND SHAPE CONNECTIONS: what the wrk that has ended says.
read_wrk() {
  local kind=$1 shape=$2 connections=$3 what count
  [[ -f $BENCH_DIR/wrk.tsv ]] || die "wrk counted nothing; see $(short_path "$WRK_LOG")"
  FAILED=0
  while read -r what count; do
    case $what in
      requests) REQUESTS=$count ;;
      elapsed) ELAPSED=$count ;;
      p50) P50_MS=$count ;;
      p99) P99_MS=$count ;;
      *)
        FAILED=$((FAILED + count))
        [[ $kind == warm-up ]] || went_wrong "$kind" "$shape" "$connections" "$what" "$count"
        ;;
    esac
  done <"$BENCH_DIR/wrk.tsv"
}
