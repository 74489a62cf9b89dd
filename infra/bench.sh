#!/usr/bin/env bash
# shellcheck disable=SC2034 # the options are for the parts in infra/bench
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
for library in common progress apt ports http process settings postgres system; do
  # shellcheck source=/dev/null
  source "infra/lib/$library.sh"
done
for part in results system cost wrk told load reads lists queue reference report; do
  # shellcheck source=/dev/null
  source "infra/bench/$part.sh"
done

# The embedded broker keeps about 5 MiB of each, and drops what is older without a word: so many hold the events of a whole load, should none be read
# before it ends.
TOPIC_PARTITIONS=32

usage() {
  cat <<'END'
usage: bash infra/bench.sh [--seconds N] [--warm-up N] [--connections "16 64 256"] [--only spread|hot|reads|queue|reference|lists] [--repeat N] [--json FILE]

Measures OrderFlow through HTTP, and the same Postgres with pgbench for comparison. Takes what infra/run.sh has started;
where nothing runs, it starts it for itself and stops it afterwards. Gets wrk through apt where it is missing.

  spread     orders of 2 different products out of 1,000
  hot        every order wants the same product
  reads      GET /orders/{id} and the list, at 64 connections
  queue      50,000 notifications that wait in Redis, and are sent by the log sender
  reference  what an order needs at least of the database: three transactions of one statement each, from 32 clients
  lists      GET /orders with 10,000 orders in the table and with 1,000,000: its first page for their user and for an admin, and one from the middle by cursor;
             only where --only asks for it

  --seconds N      how long each load lasts, default 15
  --warm-up N      how long orders are posted before anything counts, default 30: until the busiest code is compiled for good
  --connections S  how many connections post orders, one load for each number, default "16 64 256"
  --only KIND      that kind alone, spread and hot with the reference they are compared to; twice for two kinds
  --repeat N       everything N times in turn; the tables then show medians
  --json FILE      the results for programs, too

A load has drained when no order is pending any more, and is told when every event is published and every customer's notification sent.
CPU and memory are those of the programs that run on this machine, all of them, from the load's begin until all is told.

Ends with 1 where a request failed, an order stayed pending, a notification was not sent, or infra/check.sh found a drift.
END
}

main() {
  SECONDS_EACH=15 WARM_UP_SECONDS=30 CONNECTIONS=(16 64 256) ROUNDS=1 ONLY=() JSON_FILE=''
  parse "$@"
  results_open
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  need_command wrk wrk
  need_command curl curl
  if wanted queue; then
    need_command redis-cli redis-tools
  fi
  postgres_install # pgbench and psql come with it
  export Kafka__TopicPartitions=$TOPIC_PARTITIONS
  system_up
  BEGAN=$(ask "SELECT now()")
  count_partitions
  facts
  prepare
  for ((ROUND = 1; ROUND <= ROUNDS; ROUND++)); do
    round
  done
  if needs_http; then
    outcomes
    check
  fi
  report
  results_are_good
}

parse() {
  local value
  while (($# > 0)); do
    case $1 in
      --seconds | --warm-up | --repeat)
        check_number "$1" "${2:-}" 9999
        case $1 in
          --seconds) SECONDS_EACH=$2 ;;
          --warm-up) WARM_UP_SECONDS=$2 ;;
          --repeat) ROUNDS=$2 ;;
        esac
        shift
        ;;
      --connections)
        read -ra CONNECTIONS <<<"${2:-}"
        for value in "${CONNECTIONS[@]:-}"; do
          check_number "$1" "$value" 9999
        done
        shift
        ;;
      --only)
        [[ ${2:-} =~ ^(spread|hot|reads|queue|reference|lists)$ ]] || die "--only wants spread, hot, reads, queue, reference or lists, not '${2:-}'"
        ONLY+=("$2")
        shift
        ;;
      --json)
        [[ -n ${2:-} ]] || die "--json wants a file"
        JSON_FILE=$(cd "$OLDPWD" && realpath -m "$2") # as the caller sees it, not from where this script works
        shift
        ;;
      --help | -h)
        usage
        exit 0
        ;;
      *)
        usage >&2
        exit 2
        ;;
    esac
    shift
  done
}

# wanted KIND: no --only wants everything.
wanted() {
  ((${#ONLY[@]} == 0)) || [[ " ${ONLY[*]} " == *" $1 "* ]]
}

# wanted_by_name KIND: what takes long and changes seldom is not part of everything.
wanted_by_name() {
  [[ " ${ONLY[*]:-} " == *" $1 "* ]]
}

needs_http() {
  wanted spread || wanted hot || wanted reads
}

# A system that was found running has the partitions it was started with.
count_partitions() {
  local partitions
  partitions=$(topic_partitions)
  if ((${partitions:-$TOPIC_PARTITIONS} < TOPIC_PARTITIONS)); then
    warn "The embedded broker's topics have $partitions partitions; with fewer than $TOPIC_PARTITIONS it may drop events of a long load, and their notifications are missing then"
  fi
}

prepare() {
  if needs_http || wanted queue || wanted_by_name lists; then
    make_admin_token
  fi
  if wanted_by_name lists; then
    make_lists_token
  fi
  if wanted queue; then
    queue_must_only_log
  fi
  if needs_http; then
    make_tokens
    stock_products
    warm_up
  fi
  if wanted spread || wanted hot || wanted reference; then
    reference_open
  fi
}

# A shape's reference comes right after its load: whatever else slows the machine down meets both.
round() {
  local shape connections
  ((ROUNDS == 1)) || say "Round $ROUND of $ROUNDS"
  for shape in spread hot; do
    if wanted "$shape"; then
      for connections in "${CONNECTIONS[@]}"; do
        load "$shape" "$connections"
      done
    fi
    if wanted "$shape" || wanted reference; then
      reference "$shape"
    fi
  done
  if wanted reads; then
    reads
  fi
  if wanted queue; then
    queue
  fi
  if wanted_by_name lists; then
    lists
  fi
}

clean_up() {
  lists_clear
  queue_resume
  reference_close
  system_down
}

main "$@"
