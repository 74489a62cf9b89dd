#!/usr/bin/env bash
# A private Redis in its own directory: on the loopback interface only, with a password and infra/redis/redis.conf.
#
#   bash infra/lib/redis.sh install                              installs Redis by apt if it is missing
#   bash infra/lib/redis.sh start DIR PORT [setting=value ...]   creates the instance on first use; returns when its data are loaded
#   bash infra/lib/redis.sh stop DIR
#   bash infra/lib/redis.sh kill DIR                             SIGKILL
#   bash infra/lib/redis.sh pid DIR                              prints the server's pid; fails if it does not run
#   bash infra/lib/redis.sh remove DIR                           stops it and deletes its data
#
# The password is in DIR/password, the data in DIR/data, the log in DIR/redis.log.
set -euo pipefail

# shellcheck source=/dev/null
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
for library in progress apt process; do
  # shellcheck source=/dev/null
  source "$ROOT/infra/lib/$library.sh"
done

REDIS_CONF=$ROOT/infra/redis/redis.conf
REDIS_START_SECONDS=120 # includes loading a large append-only file
REDIS_STOP_SECONDS=30
REDIS_ANSWER_SECONDS=5

# Debian's package redis-server would start a service at once; the program itself is in redis-tools, under this name.
REDIS_PROGRAM_OF_TOOLS=/usr/bin/redis-check-rdb

redis_program() {
  command -v redis-server || { [[ -x $REDIS_PROGRAM_OF_TOOLS ]] && say "$REDIS_PROGRAM_OF_TOOLS"; }
}

redis_install() {
  if ! redis_program >/dev/null || ! command -v redis-cli >/dev/null; then
    apt_install redis-tools
  fi
}

# redis_cli DIR ARGUMENTS...
redis_cli() {
  local dir=$1
  shift
  REDISCLI_AUTH=$(<"$dir/password") timeout "$REDIS_ANSWER_SECONDS" redis-cli -h 127.0.0.1 -p "$(redis_port "$dir")" "$@"
}

redis_port() {
  sed -n 's/^port //p' "$1/redis.conf"
}

redis_pid() {
  local pid identity
  { read -r pid identity <"$1/redis.pid"; } 2>/dev/null || return 1
  [[ -n $identity && $(process_identity "$pid") == "$identity" ]] || return 1
  printf '%s\n' "$pid"
}

redis_is_gone() {
  ! redis_pid "$1" >/dev/null
}

redis_start() (
  dir=$1
  port=$2
  shift 2
  redis_home "$dir"
  exec {lock}<"$dir"
  flock "$lock"
  if redis_is_gone "$dir"; then
    redis_configure "$dir" "port=$port" "$@"
    redis_launch "$dir"
  fi
  [[ $(redis_port "$dir") == "$port" ]] || die "Redis in $dir already runs on port $(redis_port "$dir")"
  redis_await "$dir"
)

redis_home() {
  [[ -d $1/data || -z $(ls -A "$1" 2>/dev/null) ]] || die "$1 is not empty and does not hold a Redis instance"
  install -d -m 700 "$1" "$1/data"
}

# Later lines override earlier ones.
redis_configure() (
  umask 077
  dir=$1
  shift
  [[ -s $dir/password ]] || redis_make_password "$dir"
  {
    cat "$REDIS_CONF"
    printf 'bind 127.0.0.1\ndir "%s/data"\nrequirepass %s\n' "$dir" "$(<"$dir/password")"
    redis_settings "$@"
  } >"$dir/redis.conf"
)

redis_make_password() {
  random_password >"$1/password.draft"
  mv "$1/password.draft" "$1/password"
}

redis_settings() {
  local setting
  for setting in "$@"; do
    [[ $setting =~ ^[a-z-]+= ]] || die "'$setting' is not a valid setting=value"
    printf '%s %s\n' "${setting%%=*}" "${setting#*=}"
  done
}

redis_launch() {
  local dir=$1 program pid
  program=$(redis_program) || die "Redis is missing; 'bash infra/lib/redis.sh install' installs it"
  # The program acts by the name it is called with.
  ln -sfn "$program" "$dir/redis-server"
  (
    close_inherited_files
    exec setsid env --default-signal=INT,QUIT "$dir/redis-server" "$dir/redis.conf"
  ) </dev/null >>"$dir/redis.log" 2>&1 &
  pid=$!
  disown "$pid"
  printf '%s %s\n' "$pid" "$(process_identity "$pid")" >"$dir/redis.pid"
}

redis_await() {
  wait_until "$REDIS_START_SECONDS" redis_is_known "$1" || die "Redis did not answer within $REDIS_START_SECONDS s; see $1/redis.log"
  redis_pid "$1" >/dev/null || die "Redis exited while it was starting; see $1/redis.log"
}

# Succeeds when the server answers or has exited.
redis_is_known() {
  [[ $(redis_cli "$1" PING 2>/dev/null) == PONG ]] || redis_is_gone "$1"
}

# redis_signal SIGNAL DIR
redis_signal() {
  local pid
  pid=$(redis_pid "$2") || return 0
  kill -s "$1" "$pid" 2>/dev/null || true
}

redis_stop() {
  redis_signal TERM "$1"
  redis_signal CONT "$1" # a paused process does not handle SIGTERM
  if ! wait_until "$REDIS_STOP_SECONDS" redis_is_gone "$1"; then
    warn "Redis did not stop within $REDIS_STOP_SECONDS s and is killed; see $1/redis.log"
    redis_kill "$1"
  fi
}

redis_kill() {
  redis_signal KILL "$1"
  wait_until 10 redis_is_gone "$1" || die "Redis in $1 cannot be killed"
}

redis_remove() {
  redis_kill "$1"
  rm -rf "$1"
}

redis_main() {
  local command=${1:-} dir=${2:-}
  if [[ $command == install ]]; then
    redis_install
    return
  fi
  [[ -n $dir ]] || die "usage: redis.sh start|stop|kill|pid|remove DIR ...; see the head of the file"
  dir=$(realpath -ms "$dir")
  shift 2
  case $command:$# in
    start:0) die "start needs a PORT" ;;
    start:*) redis_start "$dir" "$@" ;;
    stop:0) redis_stop "$dir" ;;
    kill:0) redis_kill "$dir" ;;
    pid:0) redis_pid "$dir" ;;
    remove:0) redis_remove "$dir" ;;
    *) die "redis.sh has no command '$command' with $# more arguments; see the head of the file" ;;
  esac
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
  redis_main "$@"
fi
