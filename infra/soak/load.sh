# A steady load, and what is looked at meanwhile.
# shellcheck shell=bash disable=SC2034 # its variables are for the other parts

ANSWER_MS=200      # so long an answer may take without slowing the load down: each connection has one order under way
WARM_UP_SECONDS=60 # a finished order stays in memory for so long
TAIL_SECONDS=5     # after the last order, for its answer
SAMPLE_SECONDS=15
LOAD_PID=''

connections_of_rate() {
  CONNECTIONS=$((RATE * ANSWER_MS / 1000))
  CONNECTIONS=$((CONNECTIONS < WRK_THREADS ? WRK_THREADS : CONNECTIONS))
}

soak_warm_up() {
  say "Warming up for $WARM_UP_SECONDS s"
  telling_begins
  load_begins "$WARM_UP_SECONDS"
  load_ends warm-up
}

soak() {
  local second
  say "$RATE orders a second, $CONNECTIONS connections, $MINUTES min"
  telling_begins
  LOAD_SECONDS=$((MINUTES * 60))
  load_begins "$LOAD_SECONDS"
  for ((second = SAMPLE_SECONDS; second <= LOAD_SECONDS; second += SAMPLE_SECONDS)); do
    await_second "$second"
    sample "$second"
    ((second % 60 != 0)) || say "  $((second / 60)) min: $(queue_has processed) notifications sent in all"
  done
  load_ends soak
}

# load_begins SECONDS
load_begins() {
  LOAD_BEGAN=$SECONDS
  become_wrk "$CONNECTIONS" "$(($1 + TAIL_SECONDS))" infra/soak/pace.lua spread "$RATE" "$((CONNECTIONS < WRK_THREADS ? CONNECTIONS : WRK_THREADS))" "$1" &
  LOAD_PID=$!
}

# load_ends KIND: until all that was ordered is settled, published and told.
load_ends() {
  wait "$LOAD_PID" || wrk_failed
  LOAD_PID=''
  read_wrk "$1" spread "$CONNECTIONS"
  await_drained || STUCK=yes
  await_told "$1" spread "$CONNECTIONS"
}

load_stop() {
  if [[ -n $LOAD_PID ]]; then
    kill "$LOAD_PID" 2>/dev/null || true
    wait "$LOAD_PID" 2>/dev/null || true
  fi
}

# Short sleeps: whoever is told to stop does so between two of them.
await_second() {
  while ((SECONDS - LOAD_BEGAN < $1)); do
    kill -0 "$LOAD_PID" 2>/dev/null || wrk_failed
    sleep 0.5
  done
}

# sample SECOND: a line of SAMPLES, whose columns are those of curve.awk.
sample() {
  local outbox
  if ! outbox=$(ask "SELECT count(*) FROM outbox") || ! read_queue; then
    went_wrong soak spread "$CONNECTIONS" no-answer-how-it-stands 1
    return
  fi
  tab_line "$1" "$(rss_mib "$ORDERFLOW_SILO_PIDS" 1)" "$(rss_mib "$ORDERFLOW_API_PID" 1)" "$(pss_mib "${ORDERFLOW_POSTGRES_PID:-}" 1)" \
    "$(pss_mib "${ORDERFLOW_POSTGRES_PID:-}" 1 'Pss_(Anon|File)')" "$(pss_mib "${ORDERFLOW_REDIS_PID:-}" 1)" "$(rss_mib "${ORDERFLOW_KAFKA_PID:-}" 1)" \
    "$outbox" "$(queue_has waiting)" "$(queue_has active)" "$(queue_has delayed)" "$(($(queue_has processed) - SENT_BEFORE))" >>"$SAMPLES"
}
