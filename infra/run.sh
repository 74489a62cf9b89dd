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
Installs missing packages by apt, builds, stores seed data, and prints all addresses.

  --silos N    number of silos, in one cluster
  --apis N     number of APIs; the second and further ones listen on free ports
  --port PORT  the API's port (default: API_PORT, else 8080); all other ports are free ones
  --detach     returns once everything is ready; without it, Ctrl-C stops everything
  stop         stops everything; data stay, except the embedded broker's
  reset        stops everything and deletes .run: data, logs and keys

If OrderFlow already runs, prints its addresses and changes nothing. Settings come from the environment, then from .env: see .env.example.
Data, logs/, keys/ and env, which tells scripts all addresses, are in .run. With ORDERFLOW_RUN_DIR in the environment all scripts use that directory
instead, so that several systems can run beside each other.
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

# Two runs at once would start everything twice.
lock() {
  [[ -z $LOCK ]] || return 0
  exec {LOCK}>"$RUN_DIR/lock"
  if ! flock --nonblock "$LOCK"; then
    say "Waiting for another infra/run.sh"
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
  services_stop # what a crash has left running
  prepare
  each_service start
  seed_stock
  check_programs
  write_env
  show
  unlock
  if [[ -z $DETACH ]]; then
    watch_programs
  fi
  STOP_AT_EXIT=''
}

# A program can exit after it was ready, while others were still starting.
check_programs() {
  local name
  for name in $(programs_down); do
    program_failed "$name" "exited after it had started"
  done
}

already_up() {
  local down running apis
  down=$(programs_down | paste -sd ' ')
  [[ -z $down ]] || die "OrderFlow runs only in part: $down has stopped (logs: .run/logs). 'bash infra/fault.sh' starts single programs, 'bash infra/run.sh stop' stops the rest"
  running=$(silo_names | wc -l)
  [[ ${SILOS:-$running} == "$running" ]] || die "OrderFlow already runs with $(silo_count "$running"): stop it first with 'bash infra/run.sh stop'"
  apis=$(api_names | wc -l)
  [[ ${APIS:-$apis} == "$apis" ]] || die "OrderFlow already runs with $(api_count "$apis"): stop it first with 'bash infra/run.sh stop'"
  DETACH=yes
  say "OrderFlow already runs."
  show
}

# Checks everything that can be checked before anything starts.
prepare() {
  load_dotenv
  SILOS=${SILOS:-1}
  APIS=${APIS:-1}
  API_PORT=${API_PORT_ASKED:-${API_PORT:-8080}}
  check_number API_PORT "$API_PORT" 65535
  if port_is_busy "$API_PORT"; then
    die "port $API_PORT is taken: choose another for the API, as in 'API_PORT=$((API_PORT % 65535 + 1)) bash infra/run.sh'"
  fi
  check_dotnet
  keep_previous_logs
  need_command curl curl
  make_keys
  export_shared_settings
  each_service install
}

# The logs of one previous run are kept.
keep_previous_logs() {
  rm -rf "$LOG_DIR/previous"
  mkdir "$LOG_DIR/previous"
  find "$LOG_DIR" -maxdepth 1 -name '*.log' -type f -exec mv -t "$LOG_DIR/previous" {} +
}

# Runs when a start failed or was interrupted, and when a run in the foreground ends.
clean_up() {
  if [[ -n $STOP_AT_EXIT ]]; then
    trap '' INT TERM HUP
    progress_cancel
    lock
    stop_all
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

Place an order:
  curl -s $api/orders -H "Authorization: Bearer \$(bash $token_script alice)" -H 'Content-Type: application/json' -d '{"userId":"alice","items":[{"productId":"sku-1","quantity":2}]}'
Read its outcome, with the id of the response:
  curl -s $api/orders/ID -H "Authorization: Bearer \$(bash $token_script alice)"
To stop: $stop_with
END
}

# Stays in the foreground until a signal arrives or another script stops everything.
watch_programs() {
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
  say "Stopped by another script."
}

stop() {
  [[ -n $(programs_up) ]] || say "Nothing is running."
  stop_all
}

stop_all() {
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
