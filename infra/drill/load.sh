# The load: orders posted at a steady rate, and a few that fail and are tried again. What was answered goes to the ledger.
# shellcheck shell=bash disable=SC2034 # its variables are for the other parts

LEDGER=$DRILL_DIR/ledger.tsv # a line for each answer: number of the order in this drill, HTTP status (000: none), the order's id
LOAD_CLIENTS=64              # the most requests under way
TRY_SECONDS=60               # how long an order without a good answer is posted again and again
POST_SECONDS=30              # longer than the API gives itself
TOKEN_SECONDS=86400

# Each gets failed, reopened, failed, …: the order remembers 20 changes of its status, and none must be forgotten before all are compared.
RETRIED_ORDERS=5
RETRIES_EACH=9
RETRY_SECONDS=10

LOAD_PID=''
RETRIES_PID=''
POSTED=0

prepare_load() {
  USER_TOKEN=$(bash infra/token.sh "$DRILL_NAME" --ttl "$TOKEN_SECONDS")
  RETRIED_TOKEN=$(bash infra/token.sh "$DRILL_NAME-retried" --ttl "$TOKEN_SECONDS")
  ADMIN_TOKEN=$(bash infra/token.sh drill-admin --role admin --ttl "$TOKEN_SECONDS")
  : >"$LEDGER"
  stock_products
  retries_start
}

# load_start COUNT: posts so many orders, or orders without end where COUNT is 0, in the background.
load_start() {
  (
    exec
    load_post "$POSTED" "$1"
  ) &
  LOAD_PID=$!
  POSTED=$((POSTED + $1))
}

load_post() {
  local first=$1 count=$2 n=0 running=0 began=${EPOCHREALTIME/[.,]/}
  while ((count == 0 || n < count)) && [[ ! -e $DRILL_DIR/stop ]]; do
    sleep_until $((began + n * 1000000 / RATE))
    if ((running == LOAD_CLIENTS)); then
      wait -n
      running=$((running - 1))
    fi
    n=$((n + 1))
    post_order $((first + n)) &
    running=$((running + 1))
  done
  wait
}

# sleep_until MICROSECONDS
sleep_until() {
  local left=$(($1 - ${EPOCHREALTIME/[.,]/})) pause
  if ((left > 0)); then
    printf -v pause '%d.%06d' $((left / 1000000)) $((left % 1000000))
    sleep "$pause"
  fi
}

# An answer that was lost may have placed an order: it is posted again, and the database knows how many there are.
post_order() {
  local deadline=$((SECONDS + TRY_SECONDS))
  until post "$1" "$DRILL_NAME" "$USER_TOKEN" "drill-$(($1 % DRILL_PRODUCTS + 1))" || [[ -z $TIMES || -e $DRILL_DIR/cancel ]] || ((SECONDS >= deadline)); do
    sleep 1
  done
}

# post NUMBER USER TOKEN PRODUCT: one POST, written down whatever its answer; fails where that is not 201.
post() {
  local answer status id=''
  answer=$(http --max-time "$POST_SECONDS" --write-out '\n%{http_code}' --header "Authorization: Bearer $3" --header 'Content-Type: application/json' \
    --data "{\"userId\":\"$2\",\"items\":[{\"productId\":\"$4\",\"quantity\":1}]}" "$ORDERFLOW_API/orders") || true
  status=${answer##*$'\n'}
  [[ ! $answer =~ ^\{\"id\":([0-9]+), ]] || id=${BASH_REMATCH[1]}
  printf '%s\t%s\t%s\n' "$1" "$status" "$id" >>"$LEDGER"
  [[ $status == 201 ]]
}

load_acknowledged() {
  awk -F '\t' '$1 > 0 && $2 == 201' "$LEDGER" | wc -l
}

load_has_acknowledged() {
  (($(load_acknowledged) >= $1))
}

# load_await COUNT: until so many orders of the whole drill were acknowledged.
load_await() {
  wait_until $((TRY_SECONDS + 2 * $1 / RATE)) load_has_acknowledged "$1" || die "only $(load_acknowledged) of $1 orders were acknowledged; see $(short_path "$LEDGER")"
}

# The last answers are waited for.
load_finish() {
  wait "$LOAD_PID"
  LOAD_PID=''
}

load_stop() {
  touch "$DRILL_DIR/stop"
  load_wait
}

load_cancel() {
  touch "$DRILL_DIR/stop" "$DRILL_DIR/cancel"
  load_wait
}

load_wait() {
  local pid
  for pid in $LOAD_PID $RETRIES_PID; do
    wait "$pid" || true
  done
  LOAD_PID='' RETRIES_PID=''
}

# Orders of a product there is not, numbered from -1 down in the ledger. An admin has them tried again, each a number of times.
retries_start() {
  local n
  for ((n = 1; n <= RETRIED_ORDERS; n++)); do
    post "-$n" "$DRILL_NAME-retried" "$RETRIED_TOKEN" drill-nowhere || die "an order that is to fail could not be placed; see $(short_path "$LEDGER")"
  done
  (
    exec
    retry_orders "$(awk -F '\t' '{ print $3 }' "$LEDGER")"
  ) &
  RETRIES_PID=$!
}

# retry_orders IDS: whatever the answer is; an order that is still pending, or a silo that is lost, makes it one event less.
retry_orders() {
  local id tries
  for ((tries = 0; tries < RETRIES_EACH; tries++)); do
    for id in $1; do
      http_status --request PATCH --header "Authorization: Bearer $ADMIN_TOKEN" --header 'Content-Type: application/json' \
        --data '{"status":"pending"}' "$ORDERFLOW_API/orders/$id/status" >>"$DRILL_DIR/retries.log"
    done
    ! wait_until "$RETRY_SECONDS" test -e "$DRILL_DIR/stop" || return 0
  done
}
