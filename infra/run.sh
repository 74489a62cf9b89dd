#!/usr/bin/env bash
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
for library in common progress apt ports http keys dotnet process settings postgres redis services seed; do
  # shellcheck source=/dev/null
  source "infra/lib/$library.sh"
done

usage() {
  cat <<'END'
usage: bash infra/run.sh [--silos N] [--apis N] [--port PORT] [--detach]
       bash infra/run.sh stop | reset | --help

Starts OrderFlow on this machine, on the loopback interface only: a private Postgres and Redis, an embedded Kafka broker, N silos and APIs (default 1 each).
Installs through apt what is missing, builds, fills the shelves with demo stock, and says where everything is.

  --silos N    so many silos, in one cluster
  --apis N     so many APIs; the second and further ones listen on free ports
  --port PORT  the API's port (default: API_PORT, else 8080); every other port is a free one
  --detach     returns once everything is up; without it, Ctrl-C stops everything
  stop         stops whatever is running; the data stay, all but the embedded broker's
  reset        stops, and deletes .run: data, logs and keys

Where it runs already, it says where, and leaves it as it is. Settings come from the environment, then from .env: see .env.example.
Everything it makes is in .run: data, logs/, keys/, and env, which tells scripts where everything is. With ORDERFLOW_RUN_DIR in the environment all scripts
use that directory instead of .run, so that several systems can run beside each other.
END
}

main() {
  COMMAND=up DETACH='' SILOS='' APIS='' API_PORT_ASKED='' LOCK='' STOP_AT_EXIT=''
  parse "$@"
  mkdir -p "$LOG_DIR" "$PROGRAMS_DIR"
  lock
  "$COMMAND"
}

parse() {
  while (($# > 0)); do
    case $1 in
      stop | reset) COMMAND=$1 ;;
      --detach) DETACH=yes ;;
      --silos)
        SILOS=${2:-}
        check_number "$1" "$SILOS" 64
        shift
        ;;
      --apis)
        APIS=${2:-}
        check_number "$1" "$APIS" 16
        shift
        ;;
      --port)
        API_PORT_ASKED=${2:-}
        check_number "$1" "$API_PORT_ASKED" 65535
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

# Two of these at once would start everything twice.
lock() {
  [[ -z $LOCK ]] || return 0
  exec {LOCK}>"$RUN_DIR/lock"
  if ! flock --nonblock "$LOCK"; then
    say "Another infra/run.sh is at work here; waiting for it"
    flock "$LOCK"
  fi
}

unlock() {
  exec {LOCK}>&-
  LOCK=''
}

up() {
  if [[ -f $ENV_FILE && -n $(programs_up) ]]; then
    already_up
    return
  fi
  STOP_AT_EXIT=yes
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  trap 'exit 129' HUP
  services_stop # what a crash has left
  set_the_stage
  each_service start
  seed_stock
  check_programs
  write_env
  show
  unlock
  if [[ -z $DETACH ]]; then
    stay
  fi
  STOP_AT_EXIT=''
}

# A program can end after it was ready, while others still started.
check_programs() {
  local name
  for name in $(programs_down); do
    program_failed "$name" "ended after it had started"
  done
}

already_up() {
  local down running apis
  down=$(programs_down | paste -sd ' ')
  [[ -z $down ]] || die "OrderFlow runs, but not all of it: $down has stopped (logs: .run/logs). 'bash infra/fault.sh' starts single programs, 'bash infra/run.sh stop' stops the rest"
  running=$(silo_names | wc -l)
  [[ ${SILOS:-$running} == "$running" ]] || die "OrderFlow runs already, with $(silo_count "$running"): stop it first, with 'bash infra/run.sh stop'"
  apis=$(api_names | wc -l)
  [[ ${APIS:-$apis} == "$apis" ]] || die "OrderFlow runs already, with $(api_count "$apis"): stop it first, with 'bash infra/run.sh stop'"
  DETACH=yes
  say "OrderFlow runs already."
  show
}

# Everything that can be known to be wrong is found out before anything is started.
set_the_stage() {
  load_dotenv
  SILOS=${SILOS:-1}
  APIS=${APIS:-1}
  API_PORT=${API_PORT_ASKED:-${API_PORT:-8080}}
  check_number API_PORT "$API_PORT" 65535
  if port_is_busy "$API_PORT"; then
    die "port $API_PORT is taken: choose another for the API, as in 'API_PORT=$((API_PORT % 65535 + 1)) bash infra/run.sh'"
  fi
  check_dotnet
  put_logs_aside
  need_command curl curl
  make_keys
  export_shared_settings
  each_service install
}

# One earlier run's logs are kept.
put_logs_aside() {
  rm -rf "$LOG_DIR/previous"
  mkdir "$LOG_DIR/previous"
  find "$LOG_DIR" -maxdepth 1 -name '*.log' -type f -exec mv -t "$LOG_DIR/previous" {} +
}

# Runs at the end of a start that failed or was interrupted, and when a run that stayed is told to go.
clean_up() {
  if [[ -n $STOP_AT_EXIT ]]; then
    trap '' INT TERM HUP
    progress_cancel
    lock
    stop_aloud
  fi
}

show() {
  local api token_script=infra/token.sh stop_with=Ctrl-C
  api=$(api_url)
  [[ $OLDPWD == "$PWD" ]] || token_script=$(printf '%q' "$ROOT/infra/token.sh")
  [[ -z $DETACH ]] || stop_with="${ORDERFLOW_RUN_DIR:+ORDERFLOW_RUN_DIR=${RUN_DIR@Q} }bash ${token_script%token.sh}run.sh stop"
  say ""
  each_service table
  cat <<END

An order:
  curl -s $api/orders -H "Authorization: Bearer \$(bash $token_script alice)" -H 'Content-Type: application/json' -d '{"userId":"alice","items":[{"productId":"sku-1","quantity":2}]}'
Its outcome, with the id of the answer:
  curl -s $api/orders/ID -H "Authorization: Bearer \$(bash $token_script alice)"
To stop: $stop_with
END
}

# Stays until it is told to go, or until somebody else has stopped everything.
stay() {
  local name down known=' '
  trap 'exit 0' INT TERM HUP
  while [[ -f $ENV_FILE ]]; do
    down=" $(programs_down | paste -sd ' ') "
    for name in $down; do
      [[ $known == *" $name "* || ! -f $ENV_FILE ]] || warn "$name has stopped; see $(short_path "$(program_log "$name")")"
    done
    known=$down
    sleep 1
  done
  say "Stopped by somebody else."
}

stop() {
  [[ -n $(programs_up) ]] || say "Nothing is running."
  stop_aloud
}

stop_aloud() {
  local running
  running=$(programs_up | paste -sd ' ')
  [[ -z $running ]] || say "Stopping $running"
  services_stop
  rm -f "$RUN_DIR"/kcat.conf* # it may hold a password
  [[ -z $running ]] || say "Stopped."
}

reset() {
  stop
  postgres_remove "$POSTGRES_DIR"
  redis_remove "$REDIS_DIR"
  rm -rf "$RUN_DIR"
}

main "$@"
