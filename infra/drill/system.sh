# The system under test, with stock that never runs out.
# shellcheck shell=bash disable=SC2034,SC2153 # its variables are for the other parts, and ORDERS is an option

DRILL_DIR=$RUN_DIR/drill
DRILL_PRODUCTS=20
DRILL_STOCK=1000000000 # the most a product may have: nothing is ever short
STOCKED_SECONDS=60

drill_open() {
  DRILL_NAME=drill-$(date -u +%Y%m%d-%H%M%S) # whose the orders of this drill are
  mkdir -p "$DRILL_DIR"
  exec {DRILL_LOCK}>"$DRILL_DIR/lock"
  flock --nonblock "$DRILL_LOCK" || die "another drill is at work here"
  find "$DRILL_DIR" -type f -not -name lock -delete
  compare_open "$DRILL_DIR"
}

drill_system_up() {
  export Kafka__TopicPartitions=${Kafka__TopicPartitions:-$(drill_partitions)}
  system_up --silos "$(drill_silos)"
  DRILL_BEGAN=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  (($(wc -w <<<"$ORDERFLOW_SILO_PIDS") >= $(drill_silos))) || die "$OUTAGE needs $(drill_silos) silos: start OrderFlow with 'bash infra/run.sh --silos $(drill_silos)'"
}

drill_silos() {
  case $OUTAGE in
    silo-killed) say 2 ;;
    cores-busy) say 3 ;;
    *) say 1 ;;
  esac
}

drill_partitions() {
  local orders=$ORDERS
  [[ -n $TIMES ]] || orders=$((RATE * (BEFORE_SECONDS + AWAY_SECONDS + BACK_SECONDS + AFTER_SECONDS)))
  partitions_for "$orders"
}

stock_products() {
  STOCKED=0
  wait_until "$STOCKED_SECONDS" try_to_stock_products ||
    die "only $STOCKED of $DRILL_PRODUCTS products could be stored in $STOCKED_SECONDS s"
}

try_to_stock_products() {
  STOCKED=$({ http --parallel --output /dev/null --write-out '%{http_code}\n' --request PUT \
    --header "Authorization: Bearer $ADMIN_TOKEN" --header 'Content-Type: application/json' \
    --data "{\"availableQuantity\":$DRILL_STOCK,\"unitPrice\":9.99}" "$ORDERFLOW_API/inventory/drill-[1-$DRILL_PRODUCTS]" 2>/dev/null || true; } | grep -c '^20' || true)
  ((STOCKED == DRILL_PRODUCTS))
}
