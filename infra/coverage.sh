#!/usr/bin/env bash
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=/dev/null
source infra/lib/common.sh

COVERAGE_DIR=$RUN_DIR/coverage

# A point or two under what was measured last (docs/ci.md): what a run reaches depends a little on which faults and races it meets.
LEAST_LINES=94
LEAST_BRANCHES=87

usage() {
  cat <<'END'
usage: bash infra/coverage.sh [ARGUMENTS OF dotnet test ...]

Runs every test as infra/test.sh does, and writes down which lines and branches of the programs they have reached:

  .run/coverage/cobertura.xml  for tools
  .run/coverage/summary.md     a table, which is also the end of the output
  .run/coverage/results        what the test runner wrote down

Ends with 1 where a test failed, or where less was reached than the bounds in this file. With a --filter less is reached, of course.
END
}

main() {
  if [[ ${1:-} == --help || ${1:-} == -h ]]; then
    usage
    exit 0
  fi
  rm -rf "$COVERAGE_DIR"
  local status=0
  TEST_RESULTS=$COVERAGE_DIR/results bash infra/test.sh --settings infra/coverage.runsettings --collect 'XPlat Code Coverage' "$@" || status=$?
  take_report
  table <"$COVERAGE_DIR/cobertura.xml" >"$COVERAGE_DIR/summary.md"
  cat "$COVERAGE_DIR/summary.md"
  ((status == 0)) || die "a test failed; see above"
  check_bounds
}

# The collector names its folder at random; the .trx file has a copy of its own, further down.
take_report() {
  local -a reports
  mapfile -t reports < <(find "$COVERAGE_DIR/results" -mindepth 2 -maxdepth 2 -name coverage.cobertura.xml)
  ((${#reports[@]} == 1)) || die "there are ${#reports[@]} reports of coverage, not one"
  mv "${reports[0]}" "$COVERAGE_DIR/cobertura.xml"
}

# Prints the table of a report: all of it, then a line for each project.
table() {
  awk '
    function value(name) { return match($0, " " name "=\"[^\"]*") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3) : "" }
    function row(title) { printf "| %s | %.1f %% | %.1f %% |\n", title, 100 * value("line-rate"), 100 * value("branch-rate") }
    BEGIN { print "| coverage | lines | branches |\n| --- | ---: | ---: |" }
    /<coverage / { row("all") }
    /<package / { row("`" value("name") "`") }'
}

check_bounds() {
  local lines branches
  IFS='|' read -r _ _ lines branches _ < <(grep '^| all |' "$COVERAGE_DIR/summary.md" | tr -d ' %')
  at_least "$lines" "$LEAST_LINES" || die "the tests reach $lines % of the lines, and must reach $LEAST_LINES %"
  at_least "$branches" "$LEAST_BRANCHES" || die "the tests reach $branches % of the branches, and must reach $LEAST_BRANCHES %"
}

at_least() {
  awk -v value="$1" -v bound="$2" 'BEGIN { exit !(value >= bound) }'
}

main "$@"
