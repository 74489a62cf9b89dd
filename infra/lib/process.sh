# Starts, finds and stops background programs by process id.
# The kernel reuses pids, so the boot id and the start time are stored with each.
# shellcheck shell=bash

PROGRAMS_DIR=$RUN_DIR/programs

program_log() {
  printf '%s\n' "$LOG_DIR/$1.log"
}

# Prints an identity of the process with this pid; fails once it has exited.
process_identity() {
  local stat boot fields
  { stat=$(<"/proc/$1/stat") && boot=$(</proc/sys/kernel/random/boot_id); } 2>/dev/null || return 1
  read -ra fields <<<"${stat##*) }" # from field 3 (state): the name before it may hold spaces
  [[ ${fields[0]} != [ZX] ]] || return 1
  printf '%s:%s\n' "$boot" "${fields[19]}" # field 22: start time
}

# Prints the program's pid; fails if it does not run.
program_pid() {
  local pid identity
  { read -r pid identity <"$PROGRAMS_DIR/$1.pid"; } 2>/dev/null || return 1
  [[ -n $identity && $(process_identity "$pid") == "$identity" ]] || return 1
  printf '%s\n' "$pid"
}

program_runs() {
  program_pid "$1" >/dev/null
}

program_is_gone() {
  ! program_runs "$1"
}

# program_start NAME DIRECTORY COMMAND...: runs it with the settings saved for NAME, detached from this shell and its terminal.
program_start() {
  local name=$1 directory=$2 pid
  shift 2
  (
    close_inherited_files
    cd "$directory" || exit
    # shellcheck source=/dev/null
    source "$PROGRAMS_DIR/$name.settings"
    # Background jobs of a shell ignore SIGINT and SIGQUIT; a detached program should not.
    exec setsid env --default-signal=INT,QUIT "$@"
  ) </dev/null >>"$(program_log "$name")" 2>&1 &
  pid=$!
  disown "$pid"
  printf '%s %s\n' "$pid" "$(process_identity "$pid")" >"$PROGRAMS_DIR/$name.pid"
}

program_signal() {
  local pid
  pid=$(program_pid "$2") || return 0
  kill -s "$1" "$pid" 2>/dev/null || true
}

# Sends SIGTERM; a paused program handles it only after SIGCONT.
program_ask_to_stop() {
  program_signal TERM "$1"
  program_signal CONT "$1"
}

# program_await_stop NAME SECONDS: kills the program after the timeout.
program_await_stop() {
  if ! wait_until "$2" program_is_gone "$1"; then
    warn "$1 did not stop within $2 s and was killed; see $(short_path "$(program_log "$1")")"
    program_kill "$1"
  fi
}

program_kill() {
  program_signal KILL "$1"
  wait_until 10 program_is_gone "$1" || die "$1 (pid $(program_pid "$1")) cannot be killed"
}

# Removes pid and settings of a stopped program, which fault.sh then cannot start again.
program_forget() {
  rm -f "$PROGRAMS_DIR/$1.pid" "$PROGRAMS_DIR/$1.settings"
}

# program_await_health NAME URL SECONDS
program_await_health() {
  local name=$1 url=$2 seconds=$3 waited=0
  until wait_until "$PROGRESS_SECONDS" health_is_known "$name" "$url"; do
    waited=$((waited + PROGRESS_SECONDS))
    ((waited < seconds)) || program_failed "$name" "did not answer $url within $seconds s"
    say "  $waited s: waiting for $name to answer $url (log: $(short_path "$(program_log "$name")"))"
  done
  program_runs "$name" || program_failed "$name" "exited while it was starting"
}

# Succeeds when the program is healthy or has exited.
health_is_known() {
  http_is_ok "$2" || program_is_gone "$1"
}

program_failed() {
  local log
  log=$(program_log "$1")
  tail -n 15 "$log" | sed 's/^/  | /' >&2
  die "$1 $2; see $(short_path "$log")"
}

# program_fault NAME ACTION STOP_SECONDS: faults that all programs have in common.
program_fault() {
  program_runs "$1" || die "$1 is not running"
  case $2 in
    kill) program_kill "$1" ;;
    stop)
      program_ask_to_stop "$1"
      program_await_stop "$1" "$3"
      ;;
    pause) program_signal STOP "$1" ;;
    resume) program_signal CONT "$1" ;;
    *) die "'$2' is not a valid fault for $1; see infra/fault.sh --help" ;;
  esac
}
