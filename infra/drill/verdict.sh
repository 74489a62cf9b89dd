# What holds and what does not: a line for each.
# shellcheck shell=bash

OFFENDERS_SHOWN=5

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
  sort --version-sort <<<"$offenders" | head -n "$OFFENDERS_SHOWN" | sed 's/^/          /'
}

verdict_sum() {
  ((BROKEN == 0)) || die "$BROKEN of the things that must hold do not; what was compared is in $(short_path "$DRILL_DIR")"
  say "Everything holds."
}
