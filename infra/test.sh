#!/usr/bin/env bash
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
for library in common progress apt dotnet postgres redis; do
  # shellcheck source=/dev/null
  source "infra/lib/$library.sh"
done

# Test runs are too short for profile-guided optimisation to pay.
export DOTNET_TieredPGO=0

usage() {
  cat <<'END'
usage: bash infra/test.sh [ARGUMENTS OF dotnet test ...]

Installs missing packages, builds, and runs all tests on their own Postgres and Redis. At the end infra/chaos.sh --once injects one fault of each kind into
real processes and counts as one test; TEST_CHAOS=no skips it. The last line is the total: N passed, N failed.
Arguments go to dotnet test and skip the faults, too: bash infra/test.sh --filter FullyQualifiedName~Kong
With TEST_RESULTS=DIR in the environment the results are kept there: a .trx file, and the output of collectors.
END
}

main() {
  if [[ ${1:-} == --help || ${1:-} == -h ]]; then
    usage
    exit 0
  fi
  check_dotnet
  postgres_install
  redis_install
  dotnet_log "Building the solution" build OrderFlow.sln --configuration Release
  make_results
  run_tests "$@"
}

# Results of an earlier run would be counted, too.
make_results() {
  if [[ -n ${TEST_RESULTS:-} ]]; then
    mkdir -p "$TEST_RESULTS"
    RESULTS=$(cd "$TEST_RESULTS" && pwd)
    [[ -z $(ls -A "$RESULTS") ]] || die "TEST_RESULTS: $TEST_RESULTS is not empty"
  else
    RESULTS=$(mktemp -d "$RUN_DIR/test-results.XXXXXX")
    trap 'rm -rf "$RESULTS"' EXIT
  fi
}

run_tests() {
  local status=0 chaos=''
  dotnet test OrderFlow.sln --configuration Release --no-build --tl:off \
    --blame-hang-timeout 15m --blame-hang-dump-type none \
    --logger 'console;verbosity=normal' --logger trx --results-directory "$RESULTS" "$@" </dev/null || status=$?
  if (($# == 0)) && [[ ${TEST_CHAOS:-yes} != no ]]; then
    run_chaos
  fi
  say ""
  sum_up "$status"
}

run_chaos() {
  say ""
  chaos=passed
  PUBLISH_BUILT=yes bash infra/chaos.sh --once --seed 1 </dev/null || chaos=failed
}

# Counts from the .trx files; the console output is for people.
sum_up() {
  local status=$1 passed failed skipped
  failed_tests
  read -r passed failed skipped < <(count_outcomes)
  if ((status != 0 && failed == 0)); then
    say "The test run itself failed (dotnet test: $status); the counts are incomplete."
  elif ((passed + failed == 0)); then
    say "No test ran."
    status=1
  fi
  case $chaos in
    passed) passed=$((passed + 1)) ;;
    failed)
      failed=$((failed + 1)) status=1
      say "failed: infra/chaos.sh --once; see its output above"
      ;;
  esac
  say "$passed passed, $failed failed$( ((skipped == 0)) || say ", $skipped skipped")"
  exit "$status"
}

results() {
  find "$RESULTS" -name '*.trx' -exec cat {} +
}

# Repeats each failure at the end of the long output.
failed_tests() {
  results | awk '
    function text(xml) {
      gsub(/&quot;/, "\"", xml); gsub(/&lt;/, "<", xml); gsub(/&gt;/, ">", xml); gsub(/&#x[DA];/, "", xml); gsub(/&amp;/, "\\&", xml)
      return xml
    }
    function between(xml, from, to) {
      return match(xml, from) ? substr(xml, RSTART + RLENGTH, index(substr(xml, RSTART + RLENGTH), to) - 1) : ""
    }
    BEGIN { RS = "<UnitTestResult " }
    /^[^>]*outcome="Failed"/ {
      print "failed: " text(between($0, "testName=\"", "\""))
      print text(substr(between($0, "<Message>", "</Message>") "\n" between($0, "<StackTrace>", "</StackTrace>"), 1, 2000))
    }'
}

# Prints the numbers of passed, failed (executed but not passed) and skipped tests.
count_outcomes() {
  results | grep -o '<Counters [^>]*' | sed 's/[a-zA-Z]*="\([0-9]*\)"/\1/g' | awk '
    { total += $2; executed += $3; passed += $4 }
    END { print passed + 0, executed - passed, total - executed }'
}

main "$@"
