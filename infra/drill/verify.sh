# Whether what is stored, what is on Kafka and what customers were told agree. Needs ORDERFLOW_* of .run/env, an admin's ADMIN_TOKEN, and a DRILL_DIR to work in.
# shellcheck shell=bash

EVENT_TOPICS=(order.created order.reserved order.failed order.cancelled order.reopened)
SETTLED_SECONDS=120 # orders that a lost silo has left are found and go on; so are events
NOTIFIED_SECONDS=60
ASKED_AT_ONCE=16

ORDERS_FILE=$DRILL_DIR/orders.tsv
EXPECTED=$DRILL_DIR/expected.tsv
RECORDS=$DRILL_DIR/records.tsv
TOLD=$DRILL_DIR/told.tsv
VIOLATIONS=$DRILL_DIR/violations.tsv # kind, what

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

is_settled() {
  ask orders.sql users="$1" | awk -F '\t' '!$4 { exit 1 }' && outbox_is_empty infinity
}

read_database() {
  WAITING_STILL=$(ask outbox.sql before=infinity)
  ask orders.sql users="$1" >"$ORDERS_FILE"
  ask events.sql users="$1" >"$EXPECTED"
}

# A line for each record, from the first on: values are JSON on one line, in which a tab is escaped.
read_kafka() {
  local topic
  for topic in "${EVENT_TOPICS[@]}"; do
    kcat -q -b "$ORDERFLOW_KAFKA" -C -t "$topic" -o beginning -e -f '%t\t%p\t%o\t%k\t%h\t%s\n' </dev/null || die "kcat could not read $topic from $ORDERFLOW_KAFKA"
  done >"$RECORDS"
}

compare() {
  local strict=0
  [[ -n $TIMES ]] || strict=1
  {
    awk -v strict="$strict" -f infra/drill/ledger.awk part=ledger "$LEDGER" part=orders "$ORDERS_FILE"
    awk -v users="$1" -f infra/drill/events.awk part=expected "$EXPECTED" part=records "$RECORDS"
  } >"$VIOLATIONS"
}

await_notifications() {
  : >"$TOLD"
  UNSENT=$DRILL_DIR/unsent.tsv
  compare_notifications
  wait_until "$NOTIFIED_SECONDS" all_are_notified || true
  cat "$UNSENT" >>"$VIOLATIONS"
}

all_are_notified() {
  ask_notifications
  compare_notifications
  [[ ! -s $UNSENT ]]
}

compare_notifications() {
  awk -f infra/drill/notifications.awk part=expected "$EXPECTED" part=told "$TOLD" >"$UNSENT"
}

# What the orders are told of whose notifications are not all sent yet.
ask_notifications() {
  awk -F '[\t-]' -v api="$ORDERFLOW_API" '!asked[$2]++ { printf "url = \"%s/orders/%s/notifications?limit=100\"\n", api, $2 }' "$UNSENT" >"$DRILL_DIR/urls"
  http --parallel --parallel-max "$ASKED_AT_ONCE" --header "Authorization: Bearer $ADMIN_TOKEN" --config "$DRILL_DIR/urls" 2>/dev/null |
    grep -oE '"(jobId|state)":"[^"]*"' | cut -d '"' -f 4 | paste - - >>"$TOLD" || true
}

report() {
  local orders events told
  orders=$(wc -l <"$ORDERS_FILE")
  events=$(wc -l <"$EXPECTED")
  told=$(awk -F '\t' '$3' "$EXPECTED" | wc -l)
  report_outage
  verdict_on lost "every acknowledged order is stored" "$(awk -F '\t' '$2 == 201' "$LEDGER" | wc -l) acknowledged"
  verdict_on twice "no id was given to two orders" "$orders orders"
  verdict_on unasked "no order is stored that nobody asked for" "$orders orders"
  verdict_on unreserved "every order is reserved, and those that must fail failed" "$orders orders"
  verdict "every event is published" "$events events" < <(((WAITING_STILL == 0)) || say "$WAITING_STILL events wait in the outbox")
  verdict_on dropped "Kafka has its records from the first on" "$(wc -l <"$RECORDS") records"
  verdict_on missing "every event of every order is on Kafka" "$events events"
  verdict_on unexpected "nothing is on Kafka that did not happen" "$events events"
  verdict_on altered "what was published twice says the same" "$(violations_of repeats) repeats"
  verdict_on order "each order's events are in order in each topic" "$events events"
  verdict_on unsent "every customer was told" "$told notifications"
  verdict_on untrue "nobody was told what did not happen" "$told notifications"
  verdict "orders and stock agree (infra/check.sh)" "every invariant" < <(bash infra/check.sh 2>&1 >"$DRILL_DIR/check.log" || grep '^DRIFT' "$DRILL_DIR/check.log")
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
  verdict "Kafka was away" "$WAITING events waited when it came back" < <(((WAITING > 0)) || say "no event waited")
  verdict "what waited was published within $BACK_SECONDS s of the return" "$PUBLISHED_AFTER s" < <([[ $PUBLISHED_AFTER != never ]] || say "some still wait")
}

# verdict_on KIND WHAT LOOKED_AT
verdict_on() {
  verdict "$2" "$3" < <(violations_of "$1")
}

violations_of() {
  awk -F '\t' -v kind="$1" '$1 == kind { print $2 }' "$VIOLATIONS"
}
