#!/usr/bin/env bash
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
for library in common progress apt; do
  # shellcheck source=/dev/null
  source "infra/lib/$library.sh"
done

STUCK_SECONDS=60
OVERDUE_SECONDS=60

usage() {
  cat <<'END'
usage: bash infra/check.sh [--wait SECONDS] [--expect-stock N] [--postgres URI]

The reconciler: checks in SQL that orders, stock and reservations agree. Prints a line for each invariant; fails if one is broken, and names the first few
orders and products that break it.

  --wait SECONDS    waits up to this long until all orders are settled (default 60); unsettled ones are then counted apart
  --expect-stock N  also checks that available + reserved + the units of fulfilled orders is N for every product, where no admin has changed stock since it was
                    set to N; orders deleted over a day ago are not known
  --postgres URI    the database (default: ORDERFLOW_POSTGRES of .run/env)
END
}

main() {
  WAIT=60 EXPECT_STOCK='' URI=''
  parse "$@"
  [[ -n $URI ]] || read_uri
  need_command psql postgresql-client
  await_settled
  check
}

parse() {
  while (($# > 0)); do
    case $1 in
      --wait | --expect-stock)
        [[ ${2:-} =~ ^[0-9]+$ ]] || die "$1 must be a number, not '${2:-}'"
        if [[ $1 == --wait ]]; then WAIT=$2; else EXPECT_STOCK=$2; fi
        ;;
      --postgres) URI=${2:?--postgres needs a URI} ;;
      --help | -h)
        usage
        exit 0
        ;;
      *)
        usage >&2
        exit 2
        ;;
    esac
    shift 2
  done
}

read_uri() {
  [[ -f $RUN_DIR/env ]] || die "OrderFlow is not running ('bash infra/run.sh' starts it), and --postgres is not given"
  # shellcheck source=/dev/null
  URI=$(source "$RUN_DIR/env" && printf '%s' "$ORDERFLOW_POSTGRES")
}

query() {
  psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --dbname="$URI" "$@"
}

await_settled() {
  UNSETTLED=
  if ! wait_until "$WAIT" all_settled 2>/dev/null; then
    all_settled || [[ -n $UNSETTLED ]] || die "the database cannot be queried: see above"
    say "$UNSETTLED orders are still unsettled after $WAIT s; they are counted apart"
  fi
}

all_settled() {
  UNSETTLED=$(query --command="SELECT count(*) FROM orders WHERE releasing OR consuming OR (status = 'pending' AND deleted_at IS NULL)") && [[ $UNSETTLED == 0 ]]
}

check() {
  local what looked_at broken examples checked=0 drift=0
  REPORT=$(mktemp)
  trap 'rm -f "$REPORT"' EXIT
  query --field-separator-zero --record-separator-zero --set=stuck_seconds="$STUCK_SECONDS" --set=overdue_seconds="$OVERDUE_SECONDS" \
    --set=expect_stock="$EXPECT_STOCK" --file=infra/check.sql >"$REPORT"
  while IFS= read -r -d '' what && IFS= read -r -d '' looked_at && IFS= read -r -d '' broken && IFS= read -r -d '' examples; do
    checked=$((checked + 1))
    if ((broken == 0)); then
      say "ok     $what ($looked_at)"
    else
      drift=1
      say "DRIFT  $what: $broken of $looked_at"
      say "$examples" | sed 's/^/         /'
    fi
  done <"$REPORT"
  ((checked > 0)) || die "no invariant was checked"
  ((drift == 0)) || die "orders and stock do not agree"
  say "Everything agrees."
}

main "$@"
