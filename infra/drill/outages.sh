# The outages. Each ends with everything up again and the load at its end.
# shellcheck shell=bash disable=SC2034,SC2153 # its variables are for the other parts, and POSTED is of one

BEFORE_SECONDS=10 # of load before Kafka goes away
BACK_SECONDS=30   # within which everything is to be published once Kafka is back
AFTER_SECONDS=10  # of load after that

BUSY_EACH_CORE=3
BUSY_PIDS=()

OUTAGE_ENDS='' # what puts right again what is down at the moment

outage_kafka_away() {
  say "Posting $RATE orders a second; Kafka goes away in $BEFORE_SECONDS s, for $AWAY_SECONDS s"
  load_start 0
  sleep "$BEFORE_SECONDS"
  outage_begin "kafka up" kafka down
  sleep "$AWAY_SECONDS"
  WAITING=$(ask outbox.sql before=infinity)
  await_published
  sleep "$AFTER_SECONDS"
  load_stop
}

# Only what was there when Kafka came back, for the load goes on; and counted from before it could.
await_published() {
  local returned began=$EPOCHREALTIME
  returned=$(date -u +%Y-%m-%dT%H:%M:%S.%NZ)
  outage_end
  PUBLISHED_AFTER=never
  if wait_until "$BACK_SECONDS" outbox_is_empty "$returned"; then
    PUBLISHED_AFTER=$(awk "BEGIN { printf \"%.1f\", $EPOCHREALTIME - $began }")
  fi
}

outage_silo_killed() {
  say "Posting $ORDERS orders, $RATE a second; a silo is killed $TIMES times meanwhile"
  rounds silo_killed_once
}

# In turns: whatever a silo alone does, the other one takes over, and gives it back.
silo_killed_once() {
  local silo=$(($1 % 2 + 1))
  load_await "$2"
  outage_begin "silo $silo start" silo "$silo" kill
  outage_end
}

outage_redis_killed() {
  say "Posting $ORDERS orders, $RATE a second; Redis is killed $TIMES times meanwhile"
  rounds redis_killed_once
}

# Redis would be back at once: it stays away for a third of the round.
redis_killed_once() {
  load_await "$2"
  outage_begin "redis start" redis kill
  load_await "$3"
  outage_end
}

# Programs that never wait, three for each core; nothing is lost, and no silo is to be taken for lost.
outage_cores_busy() {
  local core
  say "Posting $RATE orders a second while every core is busy for $AWAY_SECONDS s"
  load_start 0
  for ((core = 0; core < BUSY_EACH_CORE * $(nproc); core++)); do
    busy &
    BUSY_PIDS+=($!)
  done
  sleep "$AWAY_SECONDS"
  busy_end
  load_stop
}

busy() {
  while :; do :; done
}

busy_end() {
  ((${#BUSY_PIDS[@]} == 0)) || kill "${BUSY_PIDS[@]}" 2>/dev/null || true
  BUSY_PIDS=()
}

# rounds COMMAND: each outage has its share of the orders. COMMAND ROUND EARLY LATE is told how many orders are acknowledged when a third of the round's
# are, and when two thirds are.
rounds() {
  local round posted share began
  for ((round = 1; round <= TIMES; round++)); do
    posted=$POSTED
    share=$((ORDERS * round / TIMES - posted))
    began=$SECONDS
    load_start "$share"
    "$1" "$round" $((posted + share / 3)) $((posted + 2 * share / 3))
    load_finish
    say "  $round of $TIMES: $POSTED orders posted, $((SECONDS - began)) s"
  done
  load_stop
}

# outage_begin END BEGIN...: faults, as infra/fault.sh has them.
outage_begin() {
  OUTAGE_ENDS=$1
  shift
  bash infra/fault.sh "$@"
}

outage_end() {
  local ends=$OUTAGE_ENDS
  OUTAGE_ENDS=''
  # shellcheck disable=SC2086 # words
  [[ -z $ends ]] || bash infra/fault.sh $ends
}
