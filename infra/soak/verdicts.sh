# The curve, and whether all is as it should be.
# shellcheck shell=bash

# Fails where something is not.
report_soak() {
  local status=0
  awk -f infra/soak/curve.awk "$SAMPLES"
  report_errors
  say ""
  say "$(calc "$REQUESTS / $LOAD_SECONDS" 1) orders a second, $RATE wanted; p50 $(calc "$P50_MS" 2) ms, p99 $(calc "$P99_MS" 2) ms"
  awk -v seconds="$LOAD_SECONDS" -v rate="$RATE" -f infra/soak/growth.awk "$SAMPLES" || status=1
  nothing_is_lost || status=1
  nothing_went_wrong || status=1
  return "$status"
}

nothing_is_lost() {
  local sent=$((SETTLED - $(missing)))
  verdict LOST "$((REQUESTS == SETTLED && SETTLED == sent))" "orders acknowledged $REQUESTS, settled $SETTLED, notifications sent $sent (all the same)"
}

nothing_went_wrong() {
  local status=0
  verdict WRONG "$((FAILED == 0))" "requests that failed: $FAILED" || status=1
  verdict DRIFT "$([[ $CHECK == passed ]] && say 1 || say 0)" "infra/check.sh: $CHECK" || status=1
  results_are_good || status=1
  return "$status"
}

# verdict WORD HOLDS TEXT: the WORD stands where it does not hold; then it fails, too.
verdict() {
  if (($2)); then
    printf '%-6s %s\n' ok "$3"
  else
    printf '%-6s %s\n' "$1" "$3"
    return 1
  fi
}
