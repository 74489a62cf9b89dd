# Long steps write to a log; every few seconds its last line is shown.
# shellcheck shell=bash

PROGRESS_PID=
PROGRESS_SECONDS=10

# with_progress TITLE LOG COMMAND...: on failure prints the end of the log and its path.
with_progress() {
  local title=$1 log=$2 status=0
  shift 2
  mkdir -p "$(dirname "$log")"
  say "$title (log: $(short_path "$log"))"
  (
    close_inherited_files
    "$@"
  ) </dev/null >>"$log" 2>&1 &
  PROGRESS_PID=$!
  progress_watch "$title" "$log"
  wait "$PROGRESS_PID" || status=$?
  PROGRESS_PID=
  ((status == 0)) || progress_failed "$title" "$log"
}

progress_watch() {
  local title=$1 log=$2 started=$SECONDS next=$PROGRESS_SECONDS
  while kill -0 "$PROGRESS_PID" 2>/dev/null; do
    sleep 0.2
    if ((SECONDS - started >= next)); then
      say "  $((SECONDS - started)) s: $(tail -n 1 "$log" | cut -c 1-120)"
      next=$((next + PROGRESS_SECONDS))
    fi
  done
}

progress_failed() {
  tail -n 20 "$2" | sed 's/^/  | /' >&2
  die "$1 failed; the whole log is $(short_path "$2")"
}

# Kills the current step, if any, after an interrupt.
progress_cancel() {
  if [[ -n $PROGRESS_PID ]]; then
    kill "$PROGRESS_PID" 2>/dev/null || true
  fi
}
