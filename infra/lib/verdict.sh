# Verdicts: a line for each condition, ok or FAILED.
# shellcheck shell=bash

OFFENDERS_SHOWN=5
OFFENDER_WIDTH=200

BROKEN=0

# verdict WHAT LOOKED_AT: reads the violations, one a line.
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

# verdict_sum DIRECTORY: dies if a condition was broken, and names the directory of the compared data.
verdict_sum() {
  ((BROKEN == 0)) || die "$BROKEN of the things that must hold do not; what was compared is in $(short_path "$1")"
  say "Everything holds."
}

# must WHAT WANTED GOT: WANTED is an extended regular expression for all of GOT.
must() {
  if [[ $3 =~ ^($2)$ ]]; then
    say "ok      $1 ($3)"
  else
    BROKEN=$((BROKEN + 1))
    say "FAILED  $1: wanted $2, got ${3:-nothing}"
  fi
}

# Dies if a condition was broken.
must_sum() {
  ((BROKEN == 0)) || die "$BROKEN of the things that must hold do not"
  say "Everything holds."
}
