# What holds and what does not: a line for each.
# shellcheck shell=bash

OFFENDERS_SHOWN=5
OFFENDER_WIDTH=200

BROKEN=0

# verdict WHAT LOOKED_AT: reads those that break it, a line each.
verdict() {
  local offenders count
  offenders=$(cat)
  if [[ -z $offenders ]]; then
    say "ok      $1 ($2)"
    return
  fi
  count=$(wc -l <<<"$offenders")
  BROKEN=$((BROKEN + 1))
  say "FAILED  $1: $count of $2"
  # Read to the end: a sort whose reader has gone fails.
  sort --version-sort <<<"$offenders" | awk -v shown="$OFFENDERS_SHOWN" -v width="$OFFENDER_WIDTH" 'NR <= shown { print "          " substr($0, 1, width) }'
}

# verdict_sum DIRECTORY: where what was compared is.
verdict_sum() {
  ((BROKEN == 0)) || die "$BROKEN of the things that must hold do not; what was compared is in $(short_path "$1")"
  say "Everything holds."
}
