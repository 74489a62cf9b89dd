#!/usr/bin/env bash
set -euo pipefail

for library in common progress apt http; do
  # shellcheck source=/dev/null
  source "$(dirname "${BASH_SOURCE[0]}")/../lib/$library.sh"
done

CHECK_CLIENT=orderflow-check # a client application of its own: nobody else's calls are used up
LATEST_SECOND=30             # the calls that are counted must all be made in one minute
WINDOW_TRIES=3
ANSWER_SECONDS=30
OVERSIZED_BYTES=$((1024 * 1024))

usage() {
  cat <<'END_OF_USAGE'
usage: bash infra/kong/check.sh BASE_URL [--per-minute N]

Asks the Kong at BASE_URL, such as http://localhost:8000, for what it must let through and what it must not, with tokens of infra/token.sh. Places one order.
May wait for up to a minute, for a new one to begin. A line for each thing that must hold: ok, or FAILED with what came instead. Ends with 1 where one does not.

  --per-minute N  how many calls a minute a client application may make there, default 100
END_OF_USAGE
}

main() {
  BASE='' PER_MINUTE=100 FAILED=0
  parse "$@"
  need_command curl curl
  GOOD=$(token alice)
  ANSWER=$(mktemp)
  trap 'rm -f "$ANSWER"' EXIT
  wait_until "$ANSWER_SECONDS" somebody_answers || die "nobody answers at $BASE"
  check_public
  check_tokens
  check_orders
  check_headers
  check_rate
  ((FAILED == 0)) || die "$FAILED of the things that must hold do not"
  say "Everything holds."
}

parse() {
  while (($# > 0)); do
    case $1 in
      --per-minute)
        PER_MINUTE=${2:-}
        check_number "$1" "$PER_MINUTE" 99999
        shift
        ;;
      --help | -h)
        usage
        exit 0
        ;;
      http://* | https://*) BASE=${1%/} ;;
      *) wrong_usage ;;
    esac
    shift
  done
  [[ -n $BASE ]] || wrong_usage
}

wrong_usage() {
  usage >&2
  exit 2
}

token() {
  bash "$ROOT/infra/token.sh" "$@"
}

# ask PATH [ARGUMENTS OF curl...]: the status; the headers and the body stay in ANSWER.
ask() {
  local path=$1
  shift
  http --include --output "$ANSWER" --write-out '%{http_code}' "$@" "$BASE$path" || true
}

# ask_as TOKEN PATH [ARGUMENTS OF curl...]
ask_as() {
  local bearer=$1
  shift
  ask "$@" --header "Authorization: Bearer $bearer"
}

somebody_answers() {
  [[ $(http_status "$BASE/health") != 000 ]]
}

# The value of a header of the last answer; nothing where it has none.
header() {
  sed -n "s/^$1: *//Ip" "$ANSWER" | tr -d '\r' | head -n 1
}

# must WHAT WANTED GOT: WANTED is an extended regular expression for all of GOT.
must() {
  if [[ $3 =~ ^($2)$ ]]; then
    say "ok      $1 ($3)"
  else
    FAILED=$((FAILED + 1))
    say "FAILED  $1: wanted $2, got ${3:-nothing}"
  fi
}

check_public() {
  must "anyone may ask for health" 200 "$(ask /health)"
  must "anyone may ask for the inventory's health" 200 "$(ask /inventory/health)"
  must "anyone may ask for the notifications' health" 200 "$(ask /notifications/health)"
  must "health is only read" '404|405' "$(ask /health --request POST)"
  must "what only begins like health is not let through" '401|404' "$(ask /health/ready)"
}

check_tokens() {
  must "no token" 401 "$(ask /orders)"
  must "no token: WWW-Authenticate says what is wanted" 'Bearer.*' "$(header WWW-Authenticate)"
  must "a token that was changed" 401 "$(ask_as "$(changed "$GOOD")" /orders)"
  must "an expired token" 401 "$(ask_as "$(token alice --ttl -3600)" /orders)"
  must "a token of an unknown client application" 401 "$(ask_as "$(token alice --client nobody-knows)" /orders)"
  must "a token from another issuer" 401 "$(ask_as "$(token alice --issuer somebody-else)" /orders)"
  must "a token for another audience" 401 "$(ask_as "$(token alice --audience somebody-else)" /orders)"
  must "a token whose client application is a number" 401 "$(ask_as "$(unsigned '{"sub":"alice","client_id":1}')" /orders)"
  must "a token whose client application is a list" 401 "$(ask_as "$(unsigned '{"sub":"alice","client_id":["orderflow-cli"]}')" /orders)"
  must "a token in the address" 401 "$(ask "/orders?jwt=$GOOD")"
  must "a token in a cookie" 401 "$(ask /orders --cookie "jwt=$GOOD")"
}

# The same token with another signature: its first character is part of the number itself, unlike the last ones.
changed() {
  local signature=${1##*.} first=A
  [[ $signature != A* ]] || first=B
  printf '%s.%s%s\n' "${1%.*}" "$first" "${signature:1}"
}

# A token with these claims and a signature that nobody made.
unsigned() {
  printf '%s.%s.%s\n' "$(base64url '{"alg":"RS256","typ":"JWT"}')" "$(base64url "$1")" "$(base64url signature)"
}

base64url() {
  printf '%s' "$1" | base64 --wrap=0 | tr '+/' '-_' | tr -d '='
}

check_orders() {
  must "a good token reads" 200 "$(ask_as "$GOOD" /orders)"
  must "a good token places an order" 201 "$(ask_as "$GOOD" /orders --header 'Content-Type: application/json' \
    --data '{"userId":"alice","items":[{"productId":"sku-1","quantity":1}]}')"
  must "a body that is too large" 413 "$(head -c "$OVERSIZED_BYTES" /dev/zero | tr '\0' ' ' |
    ask_as "$GOOD" /orders --header 'Content-Type: application/json' --header 'Expect:' --data-binary @-)"
  must "a body without a length that is too large, and no token" 413 "$(head -c "$OVERSIZED_BYTES" /dev/zero |
    ask /health --request GET --header 'Transfer-Encoding: chunked' --header 'Expect:' --data-binary @-)"
}

check_headers() {
  ask_as "$GOOD" /orders --header 'X-Request-Id: check-1' >/dev/null
  must "a request's id is kept" check-1 "$(header X-Request-Id)"
  ask_as "$GOOD" /orders >/dev/null
  must "a request without an id gets one" '[0-9a-f-]{36}(#[0-9]+)?' "$(header X-Request-Id)"
  must "a page may ask whether it may call" '200|204' "$(ask /orders --request OPTIONS --header 'Origin: http://localhost:3000' \
    --header 'Access-Control-Request-Method: POST' --header 'Access-Control-Request-Headers: authorization')"
  must "that page may" 'http://localhost:3000' "$(header Access-Control-Allow-Origin)"
}

check_rate() {
  local spender others
  spender=$(token alice --client "$CHECK_CLIENT")
  if ! first_call_of_a_minute "$spender"; then
    must "the first call of a minute leaves all others" "$((PER_MINUTE - 1))" "$(header RateLimit-Remaining)"
    return
  fi
  others=$(statuses "$spender" "$((PER_MINUTE - 1))")
  must "calls 2 to $PER_MINUTE in a minute" "$((PER_MINUTE - 1)) 200" "$others"
  must "call $((PER_MINUTE + 1)) in that minute" 429 "$(ask_as "$spender" /inventory)"
  must "it is told the limit" "$PER_MINUTE" "$(header RateLimit-Limit)"
  must "it is told that nothing remains" 0 "$(header RateLimit-Remaining)"
  must "it is told when to come again" '[1-5]?[0-9]|60' "$(header Retry-After)"
  must "another client application is not held up" 200 "$(ask_as "$GOOD" /inventory)"
}

# Kong counts by the minutes of the clock. Succeeds with the first call of one that has time left.
first_call_of_a_minute() {
  local try second
  for ((try = 1; try <= WINDOW_TRIES; try++)); do
    second=$((10#$(date +%S)))
    ((try == 1 && second <= LATEST_SECOND)) || sleep "$((61 - second))"
    ask_as "$1" /inventory >/dev/null
    [[ $(header RateLimit-Remaining) != "$((PER_MINUTE - 1))" ]] || return 0
  done
  return 1
}

# statuses TOKEN N: makes N calls over one connection, and says how many had which status.
statuses() {
  (($2 > 0)) || { say "0 200" && return; }
  http --globoff --output /dev/null --max-time 30 --write-out '%{http_code}\n' --header "Authorization: Bearer $1" --config <(calls "$2") |
    sort | uniq -c | awk '{ printf "%s%s %s", (NR > 1 ? ", " : ""), $1, $2 } END { print "" }'
}

calls() {
  local n
  for ((n = 1; n <= $1; n++)); do
    printf 'url = "%s/inventory"\noutput = "/dev/null"\n' "$BASE"
  done
}

main "$@"
