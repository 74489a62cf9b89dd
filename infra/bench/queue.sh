# The queue alone: many jobs that wait, what they take of Redis, and how fast the silos' workers send them.
# shellcheck shell=bash

QUEUE_JOBS=50000
QUEUE_SECONDS=180
QUEUE_ORDERS_FROM=9000000000000 # far above the ids of real orders
QUEUE_SCRIPTS=OrderFlow.Silo/Notifications/Redis/Scripts
QUEUE_PAUSED=''

# Nobody is to get mails about orders that there are not.
queue_must_only_log() {
  [[ $(kept_setting silo-1 Notifications__Sender log) == log ]] || die "the silos send mails: the queue is measured with the log sender alone"
}

queue() {
  say "Queue, $QUEUE_JOBS jobs"
  wait_until "$QUEUE_SECONDS" queue_is_at_rest || die "the queue does not come to rest: $QUEUE"
  queue_pause
  QUEUE_FIRST=$((QUEUE_ORDERS_FROM + EPOCHSECONDS * QUEUE_JOBS)) # ids of an earlier round are remembered, and would be refused
  QUEUE_SENT_BEFORE=$(queue_has processed)
  REDIS_BEFORE=$(redis_bytes)
  queue_fill
  REDIS_FULL=$(redis_bytes)
  cost_begin
  queue_drain
  cost_end "$QUEUE_JOBS"
  REDIS_REMEMBERS=$(redis_bytes_remembered)
  measured queue log - "$(rate "$QUEUE_JOBS" "$QUEUE_DRAIN")" - - "$(queue_missing)" "$QUEUE_DRAIN" - - "${CPU_EACH[@]}" "${MEMORY[@]}" \
    "$(calc "($REDIS_FULL - $REDIS_BEFORE) / $QUEUE_JOBS" 0)" "$(calc "$REDIS_REMEMBERS / $QUEUE_JOBS" 0)" \
    "$(calc "($(redis_bytes) - $REDIS_BEFORE - $REDIS_REMEMBERS) / $QUEUE_JOBS" 0)"
}

queue_is_at_rest() {
  read_queue && queue_is_empty
}

queue_pause() {
  QUEUE_PAUSED=yes
  as_admin --request POST --output /dev/null "$ORDERFLOW_API/notifications/pause" || die "the API does not pause the notifications"
}

# Also for whoever is interrupted: a queue that was found at work is not left paused.
queue_resume() {
  if [[ -n $QUEUE_PAUSED ]]; then
    as_admin --request POST --output /dev/null "$ORDERFLOW_API/notifications/resume" || warn "the API does not let the notifications go on"
    QUEUE_PAUSED=''
  fi
}

# By the queue's own script, many calls in flight.
queue_fill() {
  local script
  script=$(cat "$QUEUE_SCRIPTS"/{shared,enqueue}.lua | redis_ask -x SCRIPT LOAD)
  queue_jobs "$script" | redis_ask --pipe >"$BENCH_DIR/redis.log" 2>&1 || die "Redis does not take the jobs; see $(short_path "$BENCH_DIR/redis.log")"
  read_queue
  (($(queue_has waiting) == QUEUE_JOBS)) || die "$(queue_has waiting) of $QUEUE_JOBS jobs wait in the queue; see $(short_path "$BENCH_DIR/redis.log")"
}

# queue_jobs SCRIPT: a call for each job, of one order each, as the notification grains make them.
queue_jobs() {
  awk -v script="$1" -v queue="$(queue_name)" -v first="$QUEUE_FIRST" -v jobs="$QUEUE_JOBS" -v now="$((EPOCHSECONDS * 1000))" -v users="$USERS" '
    BEGIN {
      split("jobs delayed delayed:jobs dead dead:index history stats paused known: replayed: contacts contacts:removed:", key, " ") # QueueKeys.All
      for (i = 1; i in key; i++) keys = keys " " queue ":" key[i]
      for (n = 0; n < jobs; n++) {
        order = sprintf("%.0f", first + n)
        printf "EVALSHA %s 12%s %s 86400000 %s-2 %s bench-user-%d order.reserved \"Your order %s is reserved. Total: 19.98.\" \"\" \"\" \"\"\r\n", script, keys, now, order, order, n % users + 1, order
      }
    }'
}

# Sets QUEUE_DRAIN, the seconds it took.
queue_drain() {
  local resumed=$EPOCHREALTIME
  queue_resume
  wait_until "$QUEUE_SECONDS" queue_is_drained || went_wrong queue log - jobs-missing "$(queue_missing)"
  QUEUE_DRAIN=$(calc "$EPOCHREALTIME - $resumed" 2)
}

queue_is_drained() {
  queue_is_at_rest && (($(queue_missing) <= 0))
}

queue_missing() {
  say "$((QUEUE_JOBS - $(queue_has processed) + QUEUE_SENT_BEFORE))"
}

# What the queue's keys begin with.
queue_name() {
  say "{$(kept_setting silo-1 Redis__Queue orderflow:notifications)}"
}

redis_ask() {
  REDISCLI_AUTH=$ORDERFLOW_REDIS_PASSWORD redis-cli -h "${ORDERFLOW_REDIS%:*}" -p "${ORDERFLOW_REDIS##*:}" "$@"
}

# What Redis holds but for the messages that were sent, of which it keeps a bounded number.
redis_bytes() {
  local used history
  used=$(redis_ask INFO memory | sed -n 's/^used_memory:\([0-9]*\).*/\1/p')
  history=$(redis_ask MEMORY USAGE "$(queue_name):history" SAMPLES 0)
  say "$((used - ${history:-0}))"
}

# What it takes that the ids of the jobs stay known.
redis_bytes_remembered() {
  redis_ask --eval infra/bench/remembered.lua "$(queue_name):known:" , "$QUEUE_FIRST" "$QUEUE_JOBS"
}
