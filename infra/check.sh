#!/usr/bin/env bash
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
for library in common progress apt; do
  # shellcheck source=/dev/null
  source "infra/lib/$library.sh"
done

STUCK_SECONDS=60

usage() {
  cat <<'END'
usage: bash infra/check.sh [--wait SECONDS] [--expect-stock N] [--postgres URI]

The reconciler: checks in SQL that orders, stock and reservations agree. One line for each invariant; fails where one is broken, and names the first few
orders and products that break it.

  --wait SECONDS    waits for up to so long until no order is in flight (default 60); those that still are then are counted apart
  --expect-stock N  also checks that available + reserved is N for every product
  --postgres URI    the database (default: ORDERFLOW_POSTGRES of .run/env)
END
}

main() {
  WAIT=60 EXPECT_STOCK='' URI=''
  parse "$@"
  [[ -n $URI ]] || read_uri
  need_command psql postgresql-client
  await_quiet
  check
}

parse() {
  while (($# > 0)); do
    case $1 in
      --wait | --expect-stock)
        [[ ${2:-} =~ ^[0-9]+$ ]] || die "$1 wants a number, not '${2:-}'"
        if [[ $1 == --wait ]]; then WAIT=$2; else EXPECT_STOCK=$2; fi
        ;;
      --postgres) URI=${2:?--postgres wants a URI} ;;
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
  [[ -f $RUN_DIR/env ]] || die "OrderFlow does not run here ('bash infra/run.sh' starts it), and no database was given with --postgres"
  # shellcheck source=/dev/null
  URI=$(source "$RUN_DIR/env" && printf '%s' "$ORDERFLOW_POSTGRES")
}

query() {
  psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --dbname="$URI" "$@"
}

await_quiet() {
  IN_FLIGHT=
  if ! wait_until "$WAIT" is_quiet 2>/dev/null; then
    is_quiet || [[ -n $IN_FLIGHT ]] || die "the database cannot be asked: see above"
    say "Not quiet: $IN_FLIGHT orders are in flight after $WAIT s; they are counted apart"
  fi
}

is_quiet() {
  IN_FLIGHT=$(query --command="SELECT count(*) FROM orders WHERE releasing OR (status = 'pending' AND deleted_at IS NULL)") && [[ $IN_FLIGHT == 0 ]]
}

check() {
  local what looked_at broken examples checked=0 drift=0
  REPORT=$(mktemp)
  trap 'rm -f "$REPORT"' EXIT
  query --field-separator-zero --record-separator-zero --set=stuck_seconds="$STUCK_SECONDS" --set=expect_stock="$EXPECT_STOCK" \
    --file=infra/check.sql >"$REPORT"
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
