# Where things are, how scripts speak, and how they wait. Every other library builds on this one.
# shellcheck shell=bash disable=SC2034 # its variables are for those who source it

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
RUN_DIR=$(realpath -ms "${ORDERFLOW_RUN_DIR:-$ROOT/.run}") # another one is another system, beside the first
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

# check_number NAME VALUE MOST: refuses what is no whole number from 1 to MOST.
check_number() {
  if [[ ! $2 =~ ^[1-9][0-9]{0,4}$ ]] || (($2 > $3)); then
    die "$1 wants a number from 1 to $3, not '$2'"
  fi
}

# A path as people like to read it: relative to the repository where it is inside it.
short_path() {
  printf '%s' "${1#"$ROOT/"}"
}

# wait_until SECONDS COMMAND...: runs the command until it succeeds; fails when the time is over.
wait_until() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.1
  done
}

# A lock or a pipe that a program inherits stays held for as long as the program lives: whoever waits for its end would wait for ours.
close_inherited_files() {
  local path fd
  for path in /proc/self/fd/*; do
    fd=${path##*/}
    if ((fd > 2)); then
      { exec {fd}>&-; } 2>/dev/null || true
    fi
  done
}
