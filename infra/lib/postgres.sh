#!/usr/bin/env bash
# A private PostgreSQL instance in its own directory: on the loopback interface only, with a password.
#
#   bash infra/lib/postgres.sh install                              installs PostgreSQL by apt if it is missing
#   bash infra/lib/postgres.sh start DIR PORT [setting=value ...]   creates the instance on first use; returns when it is ready
#   bash infra/lib/postgres.sh stop DIR [fast|immediate]
#   bash infra/lib/postgres.sh kill DIR                             SIGKILL to the postmaster and all its children
#   bash infra/lib/postgres.sh kill-backends DIR PORT               terminates all client connections
#   bash infra/lib/postgres.sh crash-backend DIR PORT               SIGKILL to the backend of one client
#   bash infra/lib/postgres.sh pid DIR                              prints the postmaster's pid; fails if it does not run
#   bash infra/lib/postgres.sh uri DIR PORT                         prints the connection URI with its password
#   bash infra/lib/postgres.sh remove DIR                           stops it and deletes its data
#
# Superuser and database are both called orderflow; the password is in DIR/password, the log in DIR/postgres.log.
set -euo pipefail

# shellcheck source=/dev/null
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=/dev/null
source "$ROOT/infra/lib/progress.sh"
# shellcheck source=/dev/null
source "$ROOT/infra/lib/apt.sh"

POSTGRES_NAME=orderflow # of the superuser and of the database
POSTGRES_OS_USER=postgres
POSTGRES_START_SECONDS=120
POSTGRES_STOP_SECONDS=60
POSTGRES_SETTINGS=(
  listen_addresses=127.0.0.1
  unix_socket_directories= # socket paths are limited, and a clone's may be longer
  max_connections=200
  shared_buffers=256MB
  max_wal_size=2GB
  jit=off # statements are many and short
  timezone=UTC
  log_timezone=UTC
)

postgres_bin() {
  local newest
  newest=$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)
  if [[ ! -x $newest ]]; then
    newest=$(command -v initdb) || return 1
  fi
  dirname "$newest"
}

postgres_install() {
  if postgres_bin >/dev/null; then
    return
  fi
  apt_install postgresql-common
  with_progress "Preventing Debian from starting its own server" "$APT_LOG" \
    as_root sed -i 's/^#\?create_main_cluster *=.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
  apt_install postgresql
}

# The server refuses to run as root.
as_postgres() (
  cd /
  if ((EUID == 0)); then
    exec setpriv --reuid="$POSTGRES_OS_USER" --regid="$POSTGRES_OS_USER" --init-groups "$@"
  fi
  exec "$@"
)

# All processes of the instance, which may outlive a killed postmaster.
postgres_processes() {
  local data process directory
  data=$(readlink -f "$1/data") || return 0
  # Processes may end while find runs.
  { find /proc/[0-9]*/cwd -maxdepth 0 -printf '%h %l\n' 2>/dev/null || true; } | while read -r process directory; do
    if [[ $directory == "$data" ]] && postgres_owns "${process#/proc/}" "$data"; then
      printf '%s\n' "${process#/proc/}"
    fi
  done
}

# postgres_owns PID DATA: all processes of an instance work in its data directory.
postgres_owns() {
  [[ $(readlink "/proc/$1/cwd") == "$2" && $(readlink "/proc/$1/exe") == */postgres* ]]
}

postgres_is_gone() {
  [[ -z $(postgres_processes "$1") ]]
}

postgres_pid() {
  local pid
  { read -r pid <"$1/data/postmaster.pid"; } 2>/dev/null || return 1
  postgres_owns "$pid" "$(readlink -f "$1/data")" || return 1
  printf '%s\n' "$pid"
}

postgres_port() {
  sed -n 4p "$1/data/postmaster.pid"
}

postgres_start() (
  dir=$1
  port=$2
  shift 2
  postgres_home "$dir"
  dir=$(readlink -f "$dir") # the postgres user cannot follow a link that lies below a closed directory
  exec {lock}<"$dir"
  flock "$lock"
  if postgres_pid "$dir" >/dev/null; then
    [[ $(postgres_port "$dir") == "$port" ]] || die "PostgreSQL in $dir already runs on port $(postgres_port "$dir")"
    return
  fi
  [[ -d $dir/data ]] || postgres_create "$dir"
  postgres_clear_crash "$dir"
  postgres_configure "$dir" "port=$port" "$@"
  postgres_launch "$dir"
)

# Creates DIR. Where the postgres user cannot enter root's directory, DIR is a link to a directory in /var/tmp.
postgres_home() {
  local dir=$1
  if ((EUID != 0)); then
    install -d -m 700 "$dir"
    return
  fi
  id "$POSTGRES_OS_USER" &>/dev/null || die "PostgreSQL does not run as root, and the user '$POSTGRES_OS_USER' does not exist"
  mkdir -p "$(dirname "$dir")"
  if [[ ! -d $dir ]] && ! as_postgres test -x "$(dirname "$dir")"; then
    postgres_home_elsewhere "$dir"
  fi
  [[ -d $dir/data || -z $(ls -A "$dir" 2>/dev/null) ]] || die "$dir is not empty and does not hold a PostgreSQL instance"
  install -d -o "$POSTGRES_OS_USER" -g "$POSTGRES_OS_USER" -m 700 "$(readlink -f "$dir")"
}

postgres_home_elsewhere() {
  local home
  home=/var/tmp/orderflow-postgres-$(printf '%s' "$1" | sha256sum | cut -c 1-16)
  # Data without a link belong to a deleted directory.
  [[ ! -e $home ]] || postgres_remove "$home"
  install -d -o "$POSTGRES_OS_USER" -g "$POSTGRES_OS_USER" -m 700 "$home"
  ln -sfn "$home" "$1"
}

# Works on a draft until the last step: an interrupted one does not look like an instance.
postgres_create() {
  local dir=$1 bin
  bin=$(postgres_bin) || die "PostgreSQL is missing; 'bash infra/lib/postgres.sh install' installs it"
  rm -rf "$dir/draft"
  random_password | postgres_write "$dir/password"
  postgres_write "$dir/postgres.log" </dev/null
  as_postgres "$bin/initdb" --pgdata="$dir/draft" --username="$POSTGRES_NAME" --pwfile="$dir/password" --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C.UTF-8 >"$dir/postgres.log" 2>&1 || die "initdb failed; see $dir/postgres.log"
  as_postgres "$bin/postgres" --single -D "$dir/draft" postgres <<<"CREATE DATABASE $POSTGRES_NAME" >>"$dir/postgres.log" 2>&1 ||
    die "the database '$POSTGRES_NAME' could not be created; see $dir/postgres.log"
  printf "include_if_exists = 'orderflow.conf'\n" >>"$dir/draft/postgresql.conf"
  mv "$dir/draft" "$dir/data"
}

# After a crash: kills children that outlived the postmaster, and removes the pid file, whose pid may be another process's by now.
postgres_clear_crash() {
  postgres_signal_all KILL "$1"
  wait_until 10 postgres_is_gone "$1" || die "processes of an earlier PostgreSQL in $1 cannot be killed"
  rm -f "$1/data/postmaster.pid"
}

postgres_signal_all() {
  local pid
  for pid in $(postgres_processes "$2"); do
    kill -s "$1" "$pid" 2>/dev/null || true
  done
}

postgres_configure() {
  local dir=$1 setting value
  shift
  for setting in "${POSTGRES_SETTINGS[@]}" "wal_compression=$(postgres_wal_compression "$dir")" "$@"; do
    [[ $setting =~ ^[a-z_.]+= ]] || die "'$setting' is not a valid setting=value"
    value=${setting#*=}
    printf "%s = '%s'\n" "${setting%%=*}" "${value//\'/\'\'}"
  done | postgres_write "$dir/data/orderflow.conf"
}

# lz4 takes less processor time than writing whole pages or compressing them the old way; not every server has it.
postgres_wal_compression() {
  if as_postgres "$(postgres_bin)/postgres" -D "$1/data" -c config_file=/dev/null -c wal_compression=lz4 -C wal_compression &>/dev/null; then
    say lz4
  else
    say off
  fi
}

# Writes its input to a file that belongs to the server's user.
postgres_write() (
  umask 077
  as_postgres tee "$1" >/dev/null
)

postgres_launch() (
  close_inherited_files
  as_postgres "$(postgres_bin)/pg_ctl" start --pgdata="$1/data" --log="$1/postgres.log" --wait --timeout="$POSTGRES_START_SECONDS" \
    </dev/null >>"$1/postgres.log" 2>&1 || die "PostgreSQL did not start; see $1/postgres.log"
)

postgres_stop() {
  local dir=$1 mode=${2:-fast} signal pid
  case $mode in
    fast) signal=INT ;;
    immediate) signal=QUIT ;;
    *) die "stop mode must be 'fast' or 'immediate', not '$mode'" ;;
  esac
  if pid=$(postgres_pid "$dir"); then
    kill -s "$signal" "$pid" 2>/dev/null || true
    wait_until "$POSTGRES_STOP_SECONDS" postgres_is_gone "$dir" ||
      warn "PostgreSQL did not stop within $POSTGRES_STOP_SECONDS s and is killed; see $dir/postgres.log"
  fi
  postgres_kill "$dir"
}

postgres_kill() {
  local pid
  # The postmaster first: it would start its children again.
  if pid=$(postgres_pid "$1"); then
    kill -s KILL "$pid" 2>/dev/null || true
  fi
  postgres_signal_all KILL "$1"
  wait_until 10 postgres_is_gone "$1" || die "PostgreSQL in $1 cannot be killed"
}

postgres_kill_backends() {
  local ended
  ended=$(postgres_ask "$1" "$2" "
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()")
  say "ended $ended connections"
}

# Prefers an active backend, which is killed in the middle of a statement.
postgres_crash_backend() {
  local pid
  pid=$(postgres_ask "$1" "$2" "
    SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
    ORDER BY (state <> 'idle') DESC, state_change DESC LIMIT 1")
  [[ -n $pid ]] || die "PostgreSQL in $1 has no client connection"
  postgres_owns "$pid" "$(readlink -f "$1/data")" || die "backend $pid has just ended"
  kill -s KILL "$pid"
}

# postgres_ask DIR PORT SQL
postgres_ask() {
  "$(postgres_bin)/psql" --no-psqlrc --tuples-only --no-align --dbname="$(postgres_uri "$1" "$2")" --command="$3"
}

postgres_uri() {
  printf 'postgresql://%s:%s@127.0.0.1:%s/%s\n' "$POSTGRES_NAME" "$(<"$1/password")" "$2" "$POSTGRES_NAME"
}

postgres_remove() {
  local dir
  dir=$(readlink -f "$1")
  postgres_stop "$dir" immediate
  rm -rf "$dir" "$1"
}

postgres_main() {
  local command=${1:-} dir=${2:-}
  if [[ $command == install ]]; then
    postgres_install
    return
  fi
  [[ -n $dir ]] || die "usage: postgres.sh start|stop|kill|kill-backends|crash-backend|pid|uri|remove DIR ...; see the head of the file"
  dir=$(realpath -ms "$dir")
  shift 2
  case $command:$# in
    start:0) die "start needs a PORT" ;;
    start:*) postgres_start "$dir" "$@" ;;
    stop:[01]) postgres_stop "$dir" "$@" ;;
    kill:0) postgres_kill "$dir" ;;
    kill-backends:1) postgres_kill_backends "$dir" "$1" ;;
    crash-backend:1) postgres_crash_backend "$dir" "$1" ;;
    pid:0) postgres_pid "$dir" ;;
    uri:1) postgres_uri "$dir" "$1" ;;
    remove:0) postgres_remove "$dir" ;;
    *) die "postgres.sh has no command '$command' with $# more arguments; see the head of the file" ;;
  esac
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
  postgres_main "$@"
fi
