# What is stored, what is on Kafka and what customers were told: written down, and compared with each other.
# Needs infra/lib/kcat.sh, ORDERFLOW_* of .run/env, and an admin's ADMIN_TOKEN for the notifications.
# shellcheck shell=bash disable=SC2034 # some of its variables are for those who source it

EVENT_TOPICS=(order.created order.reserved order.failed order.cancelled order.reopened order.confirmed order.fulfilled)
STOCK_TOPICS=(stock.low stock.replenished)
NOTIFIED_SECONDS=60
ASKED_AT_ONCE=16

JUDGED='' # the kinds of violations that had their verdict

# The embedded broker drops the oldest of a partition beyond 5 MiB without a word. An order has one or two events in a topic, each below 1 KiB with all its
# headers; partitions are filled unevenly, so that each is to be a quarter full.
LEAST_PARTITIONS=12
MOST_PARTITIONS=1000
ORDERS_EACH_PARTITION=1280

# partitions_for ORDERS: how many partitions a topic needs so that all can be read back in the end.
partitions_for() {
  local partitions=$((LEAST_PARTITIONS + $1 / ORDERS_EACH_PARTITION))
  say $((partitions < MOST_PARTITIONS ? partitions : MOST_PARTITIONS))
}

# compare_open DIRECTORY: where what is compared is written down.
compare_open() {
  ORDERS_FILE=$1/orders.tsv
  EXPECTED=$1/expected.tsv
  RECORDS=$1/records.tsv
  LEVELS=$1/levels.tsv
  TOLD=$1/told.tsv
  UNSENT=$1/unsent.tsv
  NOTIFICATION_URLS=$1/urls
  VIOLATIONS=$1/violations.tsv # kind, what
}

# ask FILE [variable=value ...]: what a query of infra/compare finds, columns apart by tabs.
ask() {
  local file=$1
  shift
  psql --no-psqlrc --quiet --tuples-only --no-align --field-separator=$'\t' --set=ON_ERROR_STOP=1 --dbname="$ORDERFLOW_POSTGRES" \
    "${@/#/--set=}" --file="infra/compare/$file"
}

# is_settled USERS [BEFORE]: of all users whose names begin so, what happened before that time.
is_settled() {
  [[ $(ask unsettled.sql users="$1" before="${2:-infinity}") == 0 ]] && outbox_is_empty "${2:-infinity}"
}

# none_is_to_expire USERS: no order of theirs is reserved for a limited time.
none_is_to_expire() {
  [[ $(ask expiring.sql users="$1") == 0 ]]
}

# outbox_is_empty BEFORE: no event from before that time waits any more.
outbox_is_empty() {
  [[ $(ask outbox.sql before="$1") == 0 ]]
}

# read_database USERS
read_database() {
  WAITING_STILL=$(ask outbox.sql before=infinity)
  ask orders.sql users="$1" >"$ORDERS_FILE"
  ask events.sql users="$1" >"$EXPECTED"
}

read_kafka() {
  read_topics "${EVENT_TOPICS[@]}" >"$RECORDS"
  read_topics "${STOCK_TOPICS[@]}" >"$LEVELS"
}

# read_topics TOPIC...: a line for each record, from the first on: values are JSON on one line, in which a tab is escaped.
read_topics() {
  local topic
  for topic in "$@"; do
    kcat_run -q -C -t "$topic" -o beginning -e -f '%t\t%p\t%o\t%k\t%h\t%s\n' </dev/null || die "kcat could not read $topic from $ORDERFLOW_KAFKA"
  done
}

# compare_events USERS: prints the violations.
compare_events() {
  awk -v users="$1" -f infra/compare/events.awk part=expected "$EXPECTED" part=records "$RECORDS"
}

# Adds what has not been sent after a while to the violations, and what was and must not be. Every order is asked about once, then those with which something is
# wrong.
await_notifications() {
  : >"$TOLD"
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
  awk -f infra/compare/notifications.awk part=expected "$EXPECTED" part=orders "$ORDERS_FILE" part=told "$TOLD" >"$UNSENT"
}

# What the orders are told of with whose notifications something is wrong. An answer that does not come has a status, too: 000.
ask_notifications() {
  awk -F '[\t -]' -v api="$ORDERFLOW_API" '!asked[$2]++ { printf "url = \"%s/orders/%s/notifications?limit=100\"\n", api, $2 }' "$UNSENT" >"$NOTIFICATION_URLS"
  { http --parallel --parallel-max "$ASKED_AT_ONCE" --write-out '\n%{http_code} %{url}\n' --header "Authorization: Bearer $ADMIN_TOKEN" \
    --config "$NOTIFICATION_URLS" 2>/dev/null || true; } |
    { grep -oE '"(jobId|eventType|state)":"[^"]*"|^[0-9]{3} http[^ ]*' || true; } | awk -f infra/compare/told.awk >>"$TOLD"
}

# What holds of events and notifications, one verdict for each thing.
compare_verdicts() {
  local events told lists
  events=$(wc -l <"$EXPECTED")
  told=$(awk -F '\t' '$3' "$EXPECTED" | wc -l)
  lists=$(awk -F '\t' 'NF == 2 && !asked[$1]++' "$TOLD" | wc -l)
  verdict "every event is published" "$events events" < <(((WAITING_STILL == 0)) || say "$WAITING_STILL events wait in the outbox")
  verdict_on dropped "Kafka has its records from the first on" "$(wc -l <"$RECORDS") records"
  verdict_on missing "every event of every order is on Kafka" "$events events"
  verdict_on unexpected "nothing is on Kafka that did not happen" "$events events"
  verdict_on changed "what was published twice says the same" "$(violations_of repeats) repeats"
  verdict_on order "each order's events are in order in each topic" "$events events"
  verdict_on unsent "every customer was told" "$told notifications"
  verdict_on untrue "nobody was told what did not happen, or the same twice" "$lists lists"
  verdict_on unread "each order's notifications can be read until it is deleted" "$lists lists"
}

# verdict_on KIND WHAT LOOKED_AT
verdict_on() {
  local broken
  broken=$(violations_of "$1")
  JUDGED+=" $1"
  verdict "$2" "$3" <<<"$broken"
}

# verdict_on_others KIND...: no violation is passed over because nobody judges its kind; but for kinds of which it is only told.
verdict_on_others() {
  local others
  others=$(awk -F '\t' -v known=" repeats $JUDGED $* " '!index(known, " " $1 " ")' "$VIOLATIONS")
  verdict "nothing else is broken" "$(grep -vc '^repeats' "$VIOLATIONS" || true) violations in all" <<<"$others"
}

violations_of() {
  awk -F '\t' -v kind="$1" '$1 == kind { print $2 }' "$VIOLATIONS"
}

# verdict_on_stock LOG
verdict_on_stock() {
  verdict "orders and stock agree (infra/check.sh)" "every invariant" < <(bash infra/check.sh 2>&1 >"$1" || grep '^DRIFT' "$1" || say "infra/check.sh failed")
}
