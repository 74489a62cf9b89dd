#!/usr/bin/env bash
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=/dev/null
source infra/lib/common.sh

COVERAGE_DIR=$RUN_DIR/coverage

# A point or two below the last measurement (docs/ci.md): coverage depends a little on the races that a run meets.
MIN_LINES=94
MIN_BRANCHES=87

usage() {
  cat <<'END'
usage: bash infra/coverage.sh [ARGUMENTS OF dotnet test ...]

Runs all tests as infra/test.sh does, and measures the coverage of the programs:

  .run/coverage/cobertura.xml  for tools
  .run/coverage/summary.md     a table, also at the end of the output
  .run/coverage/results        files of the test runner

Exits with 1 if a test failed, or if coverage is below the minimum in this file, as it is with a --filter.
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

# The collector's folder has a random name; deeper folders hold copies.
take_report() {
  local -a reports
  mapfile -t reports < <(find "$COVERAGE_DIR/results" -mindepth 2 -maxdepth 2 -name coverage.cobertura.xml)
  ((${#reports[@]} == 1)) || die "found ${#reports[@]} coverage reports instead of one"
  mv "${reports[0]}" "$COVERAGE_DIR/cobertura.xml"
}

# Prints a report as a table: the total, then a line for each project.
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
  at_least "$lines" "$MIN_LINES" || die "coverage of lines is $lines %, the minimum is $MIN_LINES %"
  at_least "$branches" "$MIN_BRANCHES" || die "coverage of branches is $branches %, the minimum is $MIN_BRANCHES %"
}

at_least() {
  awk -v value="$1" -v bound="$2" 'BEGIN { exit !(value >= bound) }'
}

main "$@"
