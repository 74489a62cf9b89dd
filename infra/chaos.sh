#!/usr/bin/env bash
# shellcheck disable=SC2034 # the options are for the parts in infra/chaos
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=/dev/null
source infra/lib/common.sh

usage() {
  cat <<'END_OF_USAGE'
usage: bash infra/chaos.sh [--minutes N] [--seed S] [--rate N]
       bash infra/chaos.sh --once [--seed S] [--rate N]
       bash infra/chaos.sh --roll [--seed S] [--rate N]
       bash infra/chaos.sh --external [--seed S] [--rate N]

Has 3 silos, 2 APIs, Postgres, Redis and the embedded broker go through a bad night, as real processes, while customers order, cancel and delete over HTTP,
the shop confirms and fulfils, some orders expire, an admin changes stock, and every answer is written down. Then everything is put right again, and all that there is now is compared from outside with what was answered.

  --minutes N  how long faults go on, 1 to 600, default 5; not with the others, which end by themselves
  --seed S     what the faults and the orders are drawn by, 1 to 99999; a random one where none is given. The same seed has the same faults in the same order
  --rate N     orders a second, 1 to 1000, default 30; 100 with --roll, 15 with --once
  --once       one fault of each kind, soon one after the other: about two minutes, the last of which the last orders take to expire
  --external   the mail server defers every mail for 90 s, then the identity provider is away for 5 minutes: about nine minutes
  --roll       no faults, but a rolling restart: each silo in turn is asked to stop, and started again; a request has one retry

A line for each thing that must hold: ok, or FAILED with the first few that break it. Ends with 1 where one is broken, or where the run itself failed and can
say nothing; with 2 where an option is wrong. It runs in a directory of its own, beside what infra/run.sh has started, and leaves the ledger, the schedule and
all logs there: .run/chaos-S, .run/chaos-once, .run/chaos-roll, .run/chaos-external.
docs/chaos.md says how to read all this, and how to repeat a run.
END_OF_USAGE
}

main() {
  MODE='' MINUTES='' SEED='' RATE=''
  parse "$@"
  MODE=${MODE:-night}
  MINUTES=${MINUTES:-5}
  SEED=${SEED:-$((SRANDOM % 99999 + 1))}
  RATE=${RATE:-$(default_rate)}
  CHAOS_NAME=chaos-$SEED # what the names of its customers and products begin with
  CHAOS_DIR=$ROOT/.run/chaos-$(if [[ $MODE == night ]]; then say "$SEED"; else say "$MODE"; fi)
  export ORDERFLOW_RUN_DIR=$CHAOS_DIR
  load_parts
  chaos_open
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  chaos_system_up
  draw_schedule
  customers_start
  play_schedule
  customers_stop
  judge
}

default_rate() {
  case $MODE in
    night | external) say 30 ;;
    once) say 15 ;;
    roll) say 100 ;;
  esac
}

# Libraries look for everything where ORDERFLOW_RUN_DIR says.
load_parts() {
  local part
  for part in lib/common lib/progress lib/apt lib/ports lib/http lib/keys lib/dotnet lib/process lib/settings lib/postgres lib/redis lib/services lib/kcat lib/verdict \
    compare/compare chaos/system chaos/schedule chaos/faults chaos/judge; do
    # shellcheck source=/dev/null
    source "infra/$part.sh"
  done
}

parse() {
  while (($# > 0)); do
    case $1 in
      --once | --roll | --external)
        [[ -z $MODE || --$MODE == "$1" ]] || wrong_usage "--$MODE and $1 are two runs"
        MODE=${1#--}
        ;;
      --minutes | --seed | --rate)
        (($# > 1)) || wrong_usage "$1 wants a number"
        parse_number "$1" "$2"
        shift
        ;;
      --help | -h)
        usage
        exit 0
        ;;
      *) wrong_usage "there is no option '$1'" ;;
    esac
    shift
  done
  [[ -z $MODE || -z $MINUTES ]] || wrong_usage "--minutes is not for --$MODE, which ends by itself"
}

# parse_number OPTION VALUE
parse_number() {
  case $1 in
    --minutes)
      number_up_to 600 "$@"
      MINUTES=$2
      ;;
    --seed)
      number_up_to 99999 "$@"
      SEED=$2
      ;;
    --rate)
      number_up_to 1000 "$@"
      RATE=$2
      ;;
  esac
}

# number_up_to MOST OPTION VALUE
number_up_to() {
  (check_number "$2" "$3" "$1") || exit 2
}

# wrong_usage WHAT
wrong_usage() {
  warn "error: $1; bash infra/chaos.sh --help says what there is"
  exit 2
}

clean_up() {
  customers_kill
  chaos_system_down
}

main "$@"
