#!/usr/bin/env bash
# shellcheck disable=SC2034 # the options are for the parts in infra/soak
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
for library in common progress apt ports http process settings postgres system; do
  # shellcheck source=/dev/null
  source "infra/lib/$library.sh"
done
for part in bench/results bench/system bench/cost bench/wrk bench/told bench/report soak/load soak/verdicts; do
  # shellcheck source=/dev/null
  source "infra/$part.sh"
done

usage() {
  cat <<'END'
usage: bash infra/soak.sh [--minutes N] [--rate N] [--keep]

Loads OrderFlow steadily through HTTP, and looks at the memory of every program and at the depth of every queue. Where nothing runs, it starts a system
for itself whose memory reaches its bounds early, and stops it afterwards; it takes one that runs already. Gets wrk through apt where it is missing.

  --minutes N  how long, default 10
  --rate N     orders a second, default 300
  --keep       what was started here goes on running

Prints a row for each minute, then a verdict on each line. Ends with 1 where
  a program (Postgres without its shared buffers, whose size is set) has more than 1.15 times the memory of minute 4 at the end; in short runs, of 40 % of
  the time,
  the outbox or a queue is deeper than in minute 4, by more than a second's orders,
  orders acknowledged, orders settled and notifications sent are not the same number,
  a request failed, or infra/check.sh found a drift.
END
}

main() {
  MINUTES=10 RATE=300 KEEP=''
  parse "$@"
  results_open
  SAMPLES=$BENCH_DIR/samples.tsv
  : >"$SAMPLES"
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  need_command wrk wrk
  need_command curl curl
  need_command psql postgresql-client
  choose_settings
  export "${SETTINGS[@]}"
  system_up
  warn_of_other_settings
  make_admin_token
  make_tokens
  stock_products
  connections_of_rate
  soak_warm_up
  soak
  check
  report_soak
}

parse() {
  while (($# > 0)); do
    case $1 in
      --minutes)
        check_number "$1" "${2:-}" 9999
        MINUTES=$2
        shift
        ;;
      --rate)
        check_number "$1" "${2:-}" 9999
        RATE=$2
        shift
        ;;
      --keep) KEEP=yes ;;
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

# What has a bound is to reach it before minute 4, so that what grows after that grows for good: one partition for each 300 orders a second, for the
# embedded broker keeps about 5 MiB of each, and has been seen to take 8 minutes to fill four; and the ids of sent notifications are remembered for a
# minute, not for a day.
choose_settings() {
  local partitions=$((RATE / 300))
  SETTINGS=(Kafka__TopicPartitions="$((partitions > 0 ? partitions : 1))" Redis__CompletedRetention=00:01:00)
}

warn_of_other_settings() {
  local setting
  for setting in "${SETTINGS[@]}"; do
    [[ $(kept_setting silo-1 "${setting%%=*}" '') == "${setting#*=}" ]] ||
      warn "OrderFlow runs here already, and was started without $setting: what grows may be what has not reached its bound yet"
  done
}

clean_up() {
  load_stop
  [[ -n $KEEP ]] || system_down
}

main "$@"
