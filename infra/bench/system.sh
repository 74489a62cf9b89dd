# The system under test, filled with what the loads need.
# shellcheck shell=bash disable=SC2034 # its variables are for the other parts

USERS=16
PRODUCTS=1000
STOCK=1000000000 # the most a product may have: nothing is ever short
TOKEN_SECONDS=86400
DRAIN_SQL=infra/bench/drain.sql

TOPIC_PARTITIONS_UNSET=12 # the programs' own default

# topic_partitions: of the embedded broker's topics; nothing where Kafka is somebody else's.
topic_partitions() {
  if [[ -f $PROGRAMS_DIR/kafka.settings ]]; then
    kept_setting kafka Kafka__TopicPartitions "$TOPIC_PARTITIONS_UNSET"
  fi
}

# kept_setting PROGRAM VARIABLE DEFAULT: what infra/run.sh has started the program with.
kept_setting() {
  setting_of "$1" "$2" 2>/dev/null || say "$3"
}

# ask SQL: one value or some lines, columns apart by tabs.
ask() {
  sql "$ORDERFLOW_POSTGRES" --tuples-only --no-align --field-separator=$'\t' --command="$1"
}

# sql URI ARGUMENTS...
sql() {
  local uri=$1
  shift
  "$(postgres_bin)/psql" --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname="$uri" "$@"
}

# Every load starts right after a checkpoint, so that none has to pay for what the one before has left.
checkpoint() {
  ask CHECKPOINT || warn "no checkpoint before the load: the database user may not ask for one"
}

facts() {
  local setting partitions
  partitions=$(topic_partitions)
  fact cores "$(nproc)"
  fact cpu "$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)"
  fact memoryMiB "$(awk '/^MemTotal:/ { printf "%d", $2 / 1024 }' /proc/meminfo)"
  fact kernel "$(uname -r)"
  fact silos "$(wc -w <<<"$ORDERFLOW_SILO_PIDS")"
  fact postgres "$(if [[ -n ${ORDERFLOW_POSTGRES_PID:-} ]]; then say 'on this machine'; else say 'elsewhere, its CPU and memory not counted'; fi)"
  fact redis "$(if [[ -n ${ORDERFLOW_REDIS_PID:-} ]]; then say 'on this machine'; else say 'elsewhere, its CPU and memory not counted'; fi)"
  fact kafka "$(if [[ -n $partitions ]]; then say "embedded broker, $partitions partitions a topic"; else say 'elsewhere, its CPU and memory not counted'; fi)"
  fact commit "$(git rev-parse --short HEAD 2>/dev/null || printf 'unknown')"
  fact orders_before "$(ask 'SELECT count(*) FROM orders')" # what is stored already makes indexes deeper and lists longer
  fact seconds "$SECONDS_EACH"
  fact rounds "$ROUNDS"
  for setting in server_version fsync synchronous_commit full_page_writes shared_buffers; do
    fact "$setting" "$(ask "SHOW $setting")"
  done
}

# A line for each user: the name, and a token. They let whoever reads them in.
make_tokens() {
  local n
  say "Making tokens for $USERS users"
  (
    umask 077
    for ((n = 1; n <= USERS; n++)); do
      printf 'bench-user-%s %s\n' "$n" "$(bash infra/token.sh "bench-user-$n" --ttl "$TOKEN_SECONDS")"
    done >"$BENCH_DIR/tokens"
  )
}

make_admin_token() {
  ADMIN_TOKEN=$(bash infra/token.sh bench-admin --role admin --ttl "$TOKEN_SECONDS")
}

as_admin() {
  http --fail --header "Authorization: Bearer $ADMIN_TOKEN" "$@"
}

stock_products() {
  local answers stored
  say "Stocking $PRODUCTS products"
  answers=$(http --parallel --parallel-max 32 --output /dev/null --write-out '%{http_code}\n' --request PUT \
    --header "Authorization: Bearer $ADMIN_TOKEN" --header 'Content-Type: application/json' \
    --data "{\"availableQuantity\":$STOCK,\"unitPrice\":9.99}" "$ORDERFLOW_API/inventory/bench-[0001-$PRODUCTS]" 2>/dev/null) || true
  stored=$(grep -c '^20' <<<"$answers" || true)
  ((stored == PRODUCTS)) ||
    die "only $stored of $PRODUCTS products could be stored; the API answered $(sort <<<"$answers" | uniq -c | xargs)"
}

# await_drained: until no order is under way. Fails where some still are when the time is over.
await_drained() {
  sql "$ORDERFLOW_POSTGRES" --file="$DRAIN_SQL"
}

# What became of this run's orders.
outcomes() {
  ask "SELECT status, count(*) FROM orders WHERE user_id LIKE 'bench-user-%' AND created_at >= '$BEGAN' GROUP BY status ORDER BY status" >"$OUTCOMES"
}

check() {
  say "Checking the invariants"
  if bash infra/check.sh >"$BENCH_DIR/check.log" 2>&1; then
    CHECK=passed
  else
    CHECK=failed
    tail -n 20 "$BENCH_DIR/check.log" | sed 's/^/  | /' >&2
  fi
}
