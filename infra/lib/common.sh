# Paths, output and waiting. Every other library needs this one.
# shellcheck shell=bash disable=SC2034 # scripts that source it use its variables

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
RUN_DIR=$(realpath -ms "${ORDERFLOW_RUN_DIR:-$ROOT/.run}") # another directory is another system beside the first
LOG_DIR=$RUN_DIR/logs

say() {
  printf '%s\n' "$*"
}

warn() {
  printf '%s\n' "$*" >&2
}

die() {
  warn "error: $*"
  exit 1
}

# check_number NAME VALUE MAX: refuses anything but an integer from 1 to MAX.
check_number() {
  if [[ ! $2 =~ ^[1-9][0-9]{0,4}$ ]] || (($2 > $3)); then
    die "$1 must be a number from 1 to $3, not '$2'"
  fi
}

# A path for output: relative to the repository if it is inside.
short_path() {
  printf '%s' "${1#"$ROOT/"}"
}

# wait_until SECONDS COMMAND...: repeats the command until it succeeds; fails after the timeout.
wait_until() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.1
  done
}

# A program would keep inherited locks and pipes open as long as it lives.
close_inherited_files() {
  local path fd
  for path in /proc/self/fd/*; do
    fd=${path##*/}
    if ((fd > 2)); then
      { exec {fd}>&-; } 2>/dev/null || true
    fi
  done
}

# Letters and digits only: it becomes part of connection strings.
random_password() {
  od -An -N 24 -t x1 /dev/urandom | tr -d ' \n'
}
