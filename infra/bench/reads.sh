# Reading the orders that were placed, by the users who placed them.
# shellcheck shell=bash

READ_CONNECTIONS=64
READ_WARM_UP_SECONDS=3
ORDERS_READ=100000
ORDERS_RECENT=1000

reads() {
  orders_to_read "random()" "$ORDERS_READ"
  read_load order "GET /orders/{id}, any of $(wc -l <"$BENCH_DIR/orders")"
  orders_to_read "id DESC" "$ORDERS_RECENT"
  read_load recent "GET /orders/{id}, the latest $(wc -l <"$BENCH_DIR/orders")"
  read_load list "GET /orders?status=reserved&page=1&limit=10"
}

# orders_to_read ORDER LIMIT: their ids and users, for read.lua.
orders_to_read() {
  ask "SELECT id, user_id FROM orders WHERE user_id LIKE 'bench-user-%' AND created_at >= '$BEGAN' ORDER BY $1 LIMIT $2" >"$BENCH_DIR/orders"
}

# read_load SHAPE TITLE
read_load() {
  local shape=$1
  say "$2, $READ_CONNECTIONS connections, $SECONDS_EACH s"
  run_wrk warm-up "$shape" "$READ_CONNECTIONS" "$READ_WARM_UP_SECONDS" infra/bench/read.lua
  cost_begin
  run_wrk read "$shape" "$READ_CONNECTIONS" "$SECONDS_EACH" infra/bench/read.lua
  cost_end "$REQUESTS"
  measured read "$shape" "$READ_CONNECTIONS" "$(rate "$REQUESTS" "$ELAPSED")" "$P50_MS" "$P99_MS" "$FAILED" - - - "${CPU_EACH[@]}" "${MEMORY[@]}"
}
