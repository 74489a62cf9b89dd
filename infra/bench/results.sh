# What was measured: a line for each measurement, until the report makes tables of them.
# shellcheck shell=bash disable=SC2034 # its variables are for the other parts

BENCH_DIR=$RUN_DIR/bench

results_open() {
  mkdir -p "$BENCH_DIR"
  RESULTS=$BENCH_DIR/results.tsv   # kind, shape, connections, then the columns of `measured`
  ERRORS=$BENCH_DIR/errors.tsv     # kind, shape, connections, what went wrong, how often
  FACTS=$BENCH_DIR/facts.tsv       # name, value
  OUTCOMES=$BENCH_DIR/outcomes.tsv # status, orders
  CHECK=absent
  STUCK=''
  : >"$RESULTS"
  : >"$ERRORS"
  : >"$FACTS"
  : >"$OUTCOMES"
}

# measured KIND SHAPE CONNECTIONS RATE P50_MS P99_MS ERRORS DRAIN_SECONDS END_TO_END_RATE TOLD_SECONDS,
# then CPU_MS of each order, read or job: in all, of the silos, the API, Postgres, Redis and Kafka, then their MEMORY in MiB; "-" for what does not apply.
# Of lists also P50_MS with few orders, behind those of the queue.
# Of the queue also the BYTES of Redis: of a waiting job, of a remembered id, and what else it has more than before, for each job.
measured() {
  tab_line "$@" >>"$RESULTS"
}

# went_wrong KIND SHAPE CONNECTIONS WHAT COUNT
went_wrong() {
  tab_line "$@" >>"$ERRORS"
}

fact() {
  tab_line "$@" >>"$FACTS"
}

tab_line() {
  local IFS=$'\t'
  printf '%s\n' "$*"
}

# calc EXPRESSION DECIMALS: bash has whole numbers only. What cannot be divided is "-".
calc() {
  local value
  value=$(awk "BEGIN { printf \"%.${2}f\", $1 }" 2>/dev/null) || value=-
  [[ $value =~ ^-?[0-9.]+$ ]] || value=- # some say inf or nan
  printf '%s\n' "$value"
}

# rate COUNT SECONDS: a second's share; small ones are told apart from none.
rate() {
  local value
  value=$(calc "$1 / ($2)" 2)
  [[ $value =~ ^.\.|^-$ ]] || value=$(calc "$value" 0)
  printf '%s\n' "$value"
}

results_are_good() {
  [[ ! -s $ERRORS && -z $STUCK && $CHECK != failed ]]
}
