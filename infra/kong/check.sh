#!/usr/bin/env bash
set -euo pipefail

for library in common progress apt http verdict; do
  # shellcheck source=/dev/null
  source "$(dirname "${BASH_SOURCE[0]}")/../lib/$library.sh"
done

LATEST_SECOND=30  # all counted calls must fall into one minute
WINDOW_ATTEMPTS=3
ANSWER_SECONDS=90  # longer than the minute for which another run may have exhausted the limit
LARGE_CLAIM=11000  # bytes, 14.7 KB of a token in base64url; the API accepts 16 KiB
OVERSIZED_BYTES=$((1024 * 1024))
OVERSIZED_IMPORT_BYTES=$((2 * 1024 * 1024))

usage() {
  cat <<'END_OF_USAGE'
usage: bash infra/kong/check.sh BASE_URL [--per-address N] [--per-user N]

Checks routes, authentication and limits of the Kong at BASE_URL, such as http://localhost:8000, and of the API behind it, with tokens of infra/token.sh.
Places one order, and exhausts the limit of this address. May wait up to two minutes, for new ones to begin.
Prints a line for each condition: ok, or FAILED with the actual value. Exits with 1 if one failed.

  --per-address N  Kong's limit of calls a minute from an address, default 600
  --per-user N     the API's limit of calls a minute of a user (RateLimit__PerUserPerMinute times the number of APIs), default 100
END_OF_USAGE
}

main() {
  BASE='' PER_ADDRESS=600 PER_USER=100
  parse "$@"
  need_command curl curl
  GOOD=$(token alice)
  ANSWER=$(mktemp)
  trap 'rm -f "$ANSWER"' EXIT
  wait_until "$ANSWER_SECONDS" answers || die "$BASE does not answer"
  check_public
  check_tokens
  check_orders
  check_headers
  check_rate_of_user
  check_rate_of_address # the last: nothing of this address passes afterwards
  must_sum
}

parse() {
  while (($# > 0)); do
    case $1 in
      --per-address | --per-user)
        check_number "$1" "${2:-}" 99999
        if [[ $1 == --per-user ]]; then PER_USER=$2; else PER_ADDRESS=$2; fi
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

# ask PATH [ARGUMENTS OF curl...]: prints the status; headers and body are in ANSWER.
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

answers() {
  [[ $(http_status "$BASE/health") != @(000|429) ]]
}

# Prints a header of the last response, or nothing.
header() {
  sed -n "s/^$1: *//Ip" "$ANSWER" | tr -d '\r' | head -n 1
}

check_public() {
  must "health is public" 200 "$(ask /health)"
  must "the inventory's health is public" 200 "$(ask /inventory/health)"
  must "the notifications' health is public" 200 "$(ask /notifications/health)"
  must "health is read-only" '404|405' "$(ask /health --request POST)"
  must "readiness has no route" 404 "$(ask /health/ready)"
  must "metrics have no route" 404 "$(ask /metrics)"
}

check_tokens() {
  must "no token" 401 "$(ask /orders)"
  must "no token: WWW-Authenticate names the scheme" 'Bearer.*' "$(header WWW-Authenticate)"
  must "a token with a changed signature" 401 "$(ask_as "$(changed "$GOOD")" /orders)"
  must "an expired token" 401 "$(ask_as "$(token alice --ttl -3600)" /orders)"
  must "a token from another issuer" 401 "$(ask_as "$(token alice --issuer another)" /orders)"
  must "a token for another audience" 401 "$(ask_as "$(token alice --audience another)" /orders)"
  must "a token in the URL" 401 "$(ask "/orders?jwt=$GOOD&access_token=$GOOD")"
  must "a token in a cookie" 401 "$(ask /orders --cookie "jwt=$GOOD; access_token=$GOOD")"
  must "a large token" 200 "$(ask_as "$(large_token)" /orders)"
  must "a large token with a changed signature" 401 "$(ask_as "$(changed "$(large_token)")" /orders)"
}

large_token() {
  token alice --role "$(head -c "$LARGE_CLAIM" /dev/zero | tr '\0' x)"
}

# Changes the first character of the signature; bits of the last one may be padding.
changed() {
  local signature=${1##*.} first=A
  [[ $signature != A* ]] || first=B
  printf '%s.%s%s\n' "${1%.*}" "$first" "${signature:1}"
}

check_orders() {
  must "a good token reads" 200 "$(ask_as "$GOOD" /orders)"
  must "a good token places an order" 201 "$(ask_as "$GOOD" /orders --header 'Content-Type: application/json' \
    --data '{"userId":"alice","items":[{"productId":"sku-1","quantity":1}]}')"
  must "a customer's contact reaches the API, which removes none for a customer" 403 "$(ask_as "$GOOD" /customers/alice/contact --request DELETE)"
  must "a body that is too large" 413 "$(head -c "$OVERSIZED_BYTES" /dev/zero | tr '\0' ' ' |
    ask_as "$GOOD" /orders --header 'Content-Type: application/json' --header 'Expect:' --data-binary @-)"
  must "an import of that size reaches the API, which takes none from a customer" 403 "$(head -c "$OVERSIZED_BYTES" /dev/zero | tr '\0' ' ' |
    ask_as "$GOOD" /inventory/import --header 'Content-Type: application/json' --header 'Expect:' --data-binary @-)"
  must "an import that is too large" 413 "$(head -c "$OVERSIZED_IMPORT_BYTES" /dev/zero | tr '\0' ' ' |
    ask_as "$GOOD" /inventory/import --header 'Content-Type: application/json' --header 'Expect:' --data-binary @-)"
  must "a body without a length that is too large, without a token" 413 "$(head -c "$OVERSIZED_BYTES" /dev/zero |
    ask /health --request GET --header 'Transfer-Encoding: chunked' --header 'Expect:' --data-binary @-)"
}

check_headers() {
  ask_as "$GOOD" /orders --header 'X-Request-Id: check-1' >/dev/null
  must "a request's id is kept" check-1 "$(header X-Request-Id)"
  ask_as "$GOOD" /orders >/dev/null
  must "a request without an id gets one" '[0-9a-f-]{36}(#[0-9]+)?' "$(header X-Request-Id)"
  must "a CORS preflight is answered" '200|204' "$(ask /orders --request OPTIONS --header 'Origin: http://localhost:3000' \
    --header 'Access-Control-Request-Method: POST' --header 'Access-Control-Request-Headers: authorization')"
  must "the page's origin is allowed" 'http://localhost:3000' "$(header Access-Control-Allow-Origin)"
}

# The API's bucket refills while it is emptied, so a few calls more may pass.
check_rate_of_user() {
  local user=check-$RANDOM$RANDOM spender
  spender=$(token "$user")
  must "the first $PER_USER calls of a user" "$PER_USER 200" "$(statuses "$spender" "$PER_USER")"
  must "more calls of that user" 429 "$(until_refused "$spender")"
  must "Retry-After is within a minute" '[1-5]?[0-9]|60' "$(header Retry-After)"
  must "another user of the same address is not limited" 200 "$(ask_as "$(token "another-$user")" /inventory)"
}

# Calls until a call is refused, at most twice the limit; prints the last status.
until_refused() {
  local n status
  for ((n = 0; n < 2 * PER_USER; n++)); do
    status=$(ask_as "$1" /inventory)
    [[ $status != 429 ]] || break
  done
  say "$status"
}

# With a forged token: whoever guesses is limited, too.
check_rate_of_address() {
  local forged others
  forged=$(changed "$GOOD")
  if ! first_call_of_a_minute "$forged"; then
    must "the first call of a minute leaves all others" "$((PER_ADDRESS - 1))" "$(header RateLimit-Remaining)"
    return
  fi
  others=$(statuses "$forged" "$((PER_ADDRESS - 1))")
  must "calls 2 to $PER_ADDRESS from an address in a minute" "$((PER_ADDRESS - 1)) 401" "$others"
  must "call $((PER_ADDRESS + 1)) in that minute, with a good token" 429 "$(ask_as "$GOOD" /inventory)"
  must "RateLimit-Limit is the limit" "$PER_ADDRESS" "$(header RateLimit-Limit)"
  must "RateLimit-Remaining is 0" 0 "$(header RateLimit-Remaining)"
  must "Retry-After is within a minute" '[1-5]?[0-9]|60' "$(header Retry-After)"
  must "X-Forwarded-For makes no other address" 429 "$(ask_as "$GOOD" /inventory --header 'X-Forwarded-For: 203.0.113.7')"
}

# Kong counts by clock minutes. Succeeds with the first call of a minute that has time left.
first_call_of_a_minute() {
  local attempt second
  for ((attempt = 1; attempt <= WINDOW_ATTEMPTS; attempt++)); do
    second=$((10#$(date +%S)))
    ((attempt == 1 && second <= LATEST_SECOND)) || sleep "$((61 - second))"
    ask_as "$1" /inventory >/dev/null
    [[ $(header RateLimit-Remaining) != "$((PER_ADDRESS - 1))" ]] || return 0
  done
  return 1
}

# statuses TOKEN N: makes N calls over one connection and counts their statuses.
statuses() {
  (($2 > 0)) || { say "0 401" && return; }
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
