#!/usr/bin/env bash
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
for library in common progress apt ports http system kcat verdict; do
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

Follows two orders through the whole system. One is placed over HTTP, stock is reserved, the customer is notified, the order is cancelled, the stock is
released, and Kafka has its three events. The other is confirmed and fulfilled: its units leave the stock, and are added again in the end. Uses the system that infra/run.sh started, or starts one and stops it afterwards.
Prints a line for each condition: ok, or FAILED with the actual value. Exits with 1 if one failed.

Tests the servers of that system, too: Postgres__ConnectionString, Redis__ConnectionString and Kafka__BootstrapServers name them to infra/run.sh. kcat uses
the silo's Kafka__ settings for TLS and SASL.
END
}

main() {
  if (($# > 0)); then
    usage
    [[ $1 == --help || $1 == -h ]] || exit 2
    exit 0
  fi
  need_command curl curl
  need_command kcat kcat
  trap system_down EXIT
  system_up
  CUSTOMER=$(bash infra/token.sh smoke)
  ADMIN=$(bash infra/token.sh smoke-admin --role admin)
  TOKEN=$CUSTOMER
  before=$(field availableQuantity "/inventory/$PRODUCT")
  place
  follow
  cancel
  read_topics order.created order.reserved order.cancelled
  place
  fulfil
  read_topics order.created order.reserved order.confirmed order.fulfilled
  must_sum
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
  must "$QUANTITY units are reserved" "$((before - QUANTITY))" "$(field availableQuantity "/inventory/$PRODUCT")"
  must_become "its event was consumed and the customer notified" sent field state "/orders/$ORDER/notifications"
}

cancel() {
  must "it is cancelled" cancelled "$(change '{"status":"cancelled"}' | value status)"
  must_become "the units are released" "$before" field availableQuantity "/inventory/$PRODUCT"
}

fulfil() {
  local reserved
  must_become "its stock is reserved" reserved field status "/orders/$ORDER"
  reserved=$(field reservedQuantity "/inventory/$PRODUCT")
  TOKEN=$ADMIN
  must "it is confirmed" confirmed "$(change '{"status":"confirmed"}' | value status)"
  must "it is fulfilled" fulfilled "$(change '{"status":"fulfilled","tracking":{"carrier":"smoke","number":"1"}}' | value status)"
  must_become "the units are no longer reserved" "$((reserved - QUANTITY))" field reservedQuantity "/inventory/$PRODUCT"
  must "they are not available" "$((before - QUANTITY))" "$(field availableQuantity "/inventory/$PRODUCT")"
  must "as many are added" "$before" "$(add "{\"quantity\":$QUANTITY}" | value availableQuantity)"
  TOKEN=$CUSTOMER
}

# read_topics TOPIC...: each has the order's event, whose version is its place among them.
read_topics() {
  local topic version=0
  for topic; do
    version=$((version + 1))
    must_become "$topic is in its topic" "$version" versions "$topic"
  done
}

# The versions of the order's events in a topic, without duplicates.
versions() {
  KCAT_TIMEOUT=$KAFKA_SECONDS kcat_run -C -e -q -t "$1" -f '%k %s\n' | awk -v key="$ORDER" '$1 == key' | value version | sort -u | paste -sd ' '
}

# ask PATH [ARGUMENTS OF curl...]: prints the body of the response.
ask() {
  local path=$1
  shift
  http --header "Authorization: Bearer $TOKEN" "$@" "$ORDERFLOW_API$path" || true
}

# change BODY: of the order's status; prints the order.
change() {
  ask "/orders/$ORDER/status" --request PATCH --header 'Content-Type: application/json' --data "$1"
}

# add BODY: units of the product; prints it.
add() {
  ask "/inventory/$PRODUCT/restock" --header 'Content-Type: application/json' --data "$1"
}

# The first member of that name in each line.
value() {
  grep -o "\"$1\": *[^,}]*" | sed 's/^[^:]*: *//; s/"//g' || true
}

field() {
  ask "$2" | value "$1" | head -n 1
}

# must_become WHAT WANTED COMMAND...: repeats the command until it prints WANTED or time is up.
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
