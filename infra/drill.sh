#!/usr/bin/env bash
# shellcheck disable=SC2034 # the options are for the parts in infra/drill
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
for library in common progress apt ports http system kcat verdict; do
  # shellcheck source=/dev/null
  source "infra/lib/$library.sh"
done
for part in compare/compare drill/system drill/load drill/outages drill/verify; do
  # shellcheck source=/dev/null
  source "infra/$part.sh"
done

usage() {
  cat <<'END'
usage: bash infra/drill.sh kafka-away   [--seconds N] [--rate N]
       bash infra/drill.sh cores-busy   [--seconds N] [--rate N]
       bash infra/drill.sh silo-killed  [--times N] [--orders N] [--rate N]
       bash infra/drill.sh redis-killed [--times N] [--orders N] [--rate N]

Has one outage happen to real processes while orders are posted, and checks from outside that nothing is lost: each order of the database against Kafka, read
from its beginning, and against the notifications its customer can read. Takes what infra/run.sh has started; where nothing runs, it starts it for itself and
stops it afterwards. Gets kcat through apt where it is missing.

  kafka-away    Kafka is away for a while, and comes back: every order is accepted meanwhile, and soon after the return every event is published
  cores-busy    programs that never wait keep every core busy: no order fails, and none of three silos is declared dead
  silo-killed   of two silos, now one and now the other is killed and started again
  redis-killed  Redis is killed, stays away for a while, and is started again

  --seconds N  how long Kafka is away, default 60, or the cores are busy, default 300
  --times N    how often something is killed, default 10 for silos and 3 for Redis
  --orders N   how many orders are posted in all, default 1000
  --rate N     how many of them a second, default 10

Beside those, a few orders fail and are tried again and again, so that topics hold several events of one order, which must be in order.
A line for each thing that must hold: ok, or FAILED with the first few that break it. Ends with 1 where one is broken. What was compared stays in .run/drill.
END
}

main() {
  OUTAGE='' AWAY_SECONDS=60 RATE=10 TIMES='' ORDERS=1000
  parse "$@"
  need_command curl curl
  need_command kcat kcat
  need_command psql postgresql-client
  drill_open
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  drill_system_up
  prepare_load
  "outage_${OUTAGE//-/_}"
  verify "$DRILL_NAME"
  verdict_sum "$DRILL_DIR"
}

parse() {
  case ${1:-} in
    kafka-away) ;;
    cores-busy) AWAY_SECONDS=300 ;;
    silo-killed) TIMES=10 ;;
    redis-killed) TIMES=3 ;;
    --help | -h)
      usage
      exit 0
      ;;
    *) wrong_usage ;;
  esac
  OUTAGE=$1
  shift
  while (($# > 0)); do
    parse_option "$@"
    shift 2
  done
  [[ -z $TIMES ]] || ((ORDERS >= TIMES)) || die "--orders must be at least --times: each outage has its share of them"
}

parse_option() {
  case $1:${TIMES:+killed} in
    --seconds: | --rate:* | --times:killed | --orders:killed) check_number "$1" "${2:-}" 99999 ;;
    *) wrong_usage ;;
  esac
  case $1 in
    --seconds) AWAY_SECONDS=$2 ;;
    --rate) RATE=$2 ;;
    --times) TIMES=$2 ;;
    --orders) ORDERS=$2 ;;
  esac
}

wrong_usage() {
  usage >&2
  exit 2
}

clean_up() {
  load_cancel
  busy_end
  outage_end
  system_down
}

main "$@"
