#!/usr/bin/env bash
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
for library in common progress apt ports http system kcat; do
  # shellcheck source=/dev/null
  source "infra/lib/$library.sh"
done

OUTCOME_SECONDS=60
KAFKA_SECONDS=30
PRODUCT=sku-1
QUANTITY=2

usage() {
  cat <<'END'
usage: bash infra/smoke.sh

Follows one order through everything, as README's first order does: it is placed over HTTP, stock is reserved for it, its customer is told, it is cancelled,
the stock is back, and Kafka has its three events. Of the system that infra/run.sh has started, or of one that is started for this and stopped afterwards.
A line for each thing that must hold: ok, or FAILED with what came instead. Ends with 1 where one does not.

Whatever servers that system uses are tried with it: Postgres__ConnectionString, Redis__ConnectionString and Kafka__BootstrapServers name them to infra/run.sh. kcat is given the
silo's Kafka__ settings of TLS and SASL.
END
}

main() {
  if (($# > 0)); then
    usage
    [[ $1 == --help || $1 == -h ]] || exit 2
    exit 0
  fi
  FAILED=0
  need_command curl curl
  need_command kcat kcat
  trap system_down EXIT
  system_up
  TOKEN=$(bash infra/token.sh smoke)
  before=$(field availableQuantity "/inventory/$PRODUCT")
  place
  follow
  cancel
  read_topics
  ((FAILED == 0)) || die "$FAILED of the things that must hold do not"
  say "Everything holds."
}

place() {
  local answer
  answer=$(ask /orders --header 'Content-Type: application/json' --data "{\"userId\":\"smoke\",\"items\":[{\"productId\":\"$PRODUCT\",\"quantity\":$QUANTITY}]}")
  must "an order is placed" pending "$(value status <<<"$answer")"
  ORDER=$(value id <<<"$answer")
  [[ -n $ORDER ]] || die "the order has no id: $answer"
}

follow() {
  must_become "its stock is reserved" reserved field status "/orders/$ORDER"
  must "$QUANTITY pieces are taken" "$((before - QUANTITY))" "$(field availableQuantity "/inventory/$PRODUCT")"
  must_become "Kafka was read back, and the customer told" sent field state "/orders/$ORDER/notifications"
}

cancel() {
  must "it is cancelled" cancelled "$(ask "/orders/$ORDER/status" --request PATCH --header 'Content-Type: application/json' --data '{"status":"cancelled"}' | value status)"
  must_become "the pieces are back" "$before" field availableQuantity "/inventory/$PRODUCT"
}

read_topics() {
  must_become "order.created is in its topic" 1 versions order.created
  must_become "order.reserved is in its topic" 2 versions order.reserved
  must_become "order.cancelled is in its topic" 3 versions order.cancelled
}

# The versions of the order that a topic has events of, each once: an event may be there twice.
versions() {
  KCAT_TIMEOUT=$KAFKA_SECONDS kcat_run -C -e -q -t "$1" -f '%k %s\n' | awk -v key="$ORDER" '$1 == key' | value version | sort -u | paste -sd ' '
}

# ask PATH [ARGUMENTS OF curl...]: the body of the answer.
ask() {
  local path=$1
  shift
  http --header "Authorization: Bearer $TOKEN" "$@" "$ORDERFLOW_API$path" || true
}

# The first member of that name, of each line.
value() {
  grep -o "\"$1\": *[^,}]*" | sed 's/^[^:]*: *//; s/"//g' || true
}

field() {
  ask "$2" | value "$1" | head -n 1
}

must() {
  if [[ $3 == "$2" ]]; then
    say "ok      $1 ($3)"
  else
    FAILED=$((FAILED + 1))
    say "FAILED  $1: wanted $2, got ${3:-nothing}"
  fi
}

# must_become WHAT WANTED COMMAND...: of what the command prints, sooner or later.
must_become() {
  local what=$1 wanted=$2
  shift 2
  wait_until "$OUTCOME_SECONDS" prints "$wanted" "$@" || true
  must "$what" "$wanted" "$("$@")"
}

prints() {
  [[ $("${@:2}") == "$1" ]]
}

main "$@"
