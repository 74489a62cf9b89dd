# What people and programs read of the results.
# shellcheck shell=bash

report() {
  local medians=$BENCH_DIR/medians.tsv
  awk -f infra/bench/median.awk "$RESULTS" | sort --stable --key=1,1 --field-separator=$'\t' >"$medians"
  awk -f infra/bench/tables.awk "$FACTS" "$medians"
  report_errors
  if [[ -s $OUTCOMES ]]; then
    say ""
    say "Outcomes of all orders, the warm-up's included: $(awk '{ printf "%s%s %s", (NR > 1 ? ", " : ""), $2, $1 }' "$OUTCOMES")"
    say "Invariants (infra/check.sh): $CHECK"
  fi
  if [[ -n $JSON_FILE ]]; then
    awk -v check="$CHECK" -v stuck="${STUCK:-no}" -f infra/bench/json.awk "$FACTS" "$medians" "$ERRORS" "$OUTCOMES" >"$JSON_FILE"
    say "For programs: $JSON_FILE"
  fi
}

report_errors() {
  if [[ -s $ERRORS ]]; then
    say ""
    say "Errors:"
    awk -F '\t' '{ printf "  %s %s, %s connections: %s × %s\n", $1, $2, $3, $5, $4 }' "$ERRORS"
  fi
}
