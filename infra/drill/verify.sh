# Whether the ledger, what is stored, what is on Kafka and what customers were told agree.
# shellcheck shell=bash

SETTLED_SECONDS=120 # orders that a lost silo has left are found and go on; so are events

# verify USERS: of all users whose names begin so.
verify() {
  say "Waiting until no order is under way, no event waits, and every customer is told"
  wait_until "$SETTLED_SECONDS" is_settled "$1" || true
  read_database "$1"
  read_kafka
  compare "$1"
  await_notifications
  report
}

compare() {
  local strict=0
  [[ -n $TIMES ]] || strict=1
  {
    awk -v strict="$strict" -f infra/drill/ledger.awk part=ledger "$LEDGER" part=orders "$ORDERS_FILE"
    compare_events "$1"
  } >"$VIOLATIONS"
}

report() {
  local orders
  orders=$(wc -l <"$ORDERS_FILE")
  report_outage
  verdict_on lost "every acknowledged order is stored" "$(awk -F '\t' '$2 == 201' "$LEDGER" | wc -l) acknowledged"
  verdict_on twice "no id was given to two orders" "$orders orders"
  verdict_on unasked "no order is stored that nobody asked for" "$orders orders"
  verdict_on unreserved "every order is reserved, and those that must fail failed" "$orders orders"
  compare_verdicts
  verdict_on_others
  verdict_on_stock "$DRILL_DIR/check.log"
}

# What is to be said of the outage itself.
report_outage() {
  local answers
  answers=$(wc -l <"$LEDGER")
  if [[ -n $TIMES ]]; then
    verdict_on unanswered "every POST was answered 201, tried again where it had no answer" "$answers answers"
    return
  fi
  verdict_on unanswered "every POST was answered 201 at once" "$answers answers"
  "report_${OUTAGE//-/_}"
}

report_kafka_away() {
  verdict "Kafka was away" "$WAITING events waited when it came back" < <(((WAITING > 0)) || say "no event waited")
  verdict "what waited was published within $BACK_SECONDS s of the return" "$PUBLISHED_AFTER s" < <([[ $PUBLISHED_AFTER != never ]] || say "some still wait")
}

report_cores_busy() {
  verdict "no silo was declared dead" "$(wc -w <<<"$ORDERFLOW_SILO_PIDS") silos, $AWAY_SECONDS s" < <(ask dead.sql began="$DRILL_BEGAN")
}
