# The first page of GET /orders, and one from the middle, with few orders and with many.
# shellcheck shell=bash disable=SC2153 # its variables come from the other parts

LISTS_USER=bench-lists
LISTS_FIRST_ID=1000000000000000 # far beyond the ids that are handed out
LISTS_FEW=10000
LISTS_MANY=1000000
LISTS_FILLED=''
LISTS_SECONDS=5
LISTS_WARM_UP_SECONDS=2
NOT_MEASURED=(- - - - - - - - - - - - - - - - -) # the columns of `measured` from DRAIN_SECONDS on
UNIX_EPOCH_TICKS=621355968000000000 # a cursor counts in ticks of 100 ns from the year 1 on

make_lists_token() {
  LISTS_TOKEN=$(bash infra/token.sh "$LISTS_USER" --ttl "$TOKEN_SECONDS")
}

lists() {
  local shape
  local -A few
  lists_fill "$LISTS_FEW"
  for shape in user admin cursor; do
    list_load "$shape" "$LISTS_FEW"
    few[$shape]=$P50_MS
  done
  lists_fill "$LISTS_MANY"
  for shape in user admin cursor; do
    list_load "$shape" "$LISTS_MANY"
    measured list "$shape" 1 "$(rate "$REQUESTS" "$ELAPSED")" "$P50_MS" "$P99_MS" "$FAILED" "${NOT_MEASURED[@]}" "${few[$shape]}"
  done
  lists_clear
}

# lists_fill N: one user's orders, all settled, a second apart.
lists_fill() {
  say "Filling the table with $1 orders"
  lists_clear
  LISTS_FILLED=yes
  ask "INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, version)
    SELECT $LISTS_FIRST_ID + n, '$LISTS_USER', CASE n % 10 WHEN 0 THEN 'failed' ELSE 'cancelled' END, '[{\"productId\": \"sku-1\", \"quantity\": 1}]', 0, 1, false,
      '[{\"at\": \"2026-01-01T00:00:00Z\", \"status\": \"cancelled\", \"version\": 1}]', at, at, 1
    FROM generate_series(1, $1) AS n, LATERAL (SELECT '2026-01-01Z'::timestamptz + n * interval '1 second' AS at) AS placed"
  ask "VACUUM ANALYZE orders"
  checkpoint
}

lists_clear() {
  [[ -z $LISTS_FILLED ]] || ask "DELETE FROM orders WHERE id > $LISTS_FIRST_ID"
  LISTS_FILLED=''
}

# list_load SHAPE N
list_load() {
  local query="page=1&limit=20" token=$LISTS_TOKEN
  case $1 in
    admin) token=$ADMIN_TOKEN ;;
    cursor) query="limit=20&cursor=$(cursor_behind $((LISTS_FIRST_ID + $2 / 2)))" ;;
  esac
  say "GET /orders?${query%%cursor*}… as $1 with $2 orders, 1 connection, $LISTS_SECONDS s"
  (umask 077 && printf '%s /orders?%s\n' "$token" "$query" >"$BENCH_DIR/list")
  run_wrk warm-up "$1" 1 "$LISTS_WARM_UP_SECONDS" infra/bench/list.lua
  run_wrk list "$1" 1 "$LISTS_SECONDS" infra/bench/list.lua
}

# cursor_behind ID: what the page that ends with this order gives as nextCursor.
cursor_behind() {
  local ticks
  ticks=$(ask "SELECT (extract(epoch FROM created_at) * 10000000)::bigint + $UNIX_EPOCH_TICKS FROM orders WHERE id = $1")
  printf '%s.%s' "$ticks" "$1" | base64 --wrap=0 | tr '+/' '-_' | tr -d '='
}
