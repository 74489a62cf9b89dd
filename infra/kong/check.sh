#!/usr/bin/env bash
set -euo pipefail

for library in common progress apt http verdict; do
  # shellcheck source=/dev/null
  source "$(dirname "${BASH_SOURCE[0]}")/../lib/$library.sh"
done

CHECK_CLIENT=orderflow-check # its own client application: no other's rate limit is exhausted
LATEST_SECOND=30             # all counted calls must fall into one minute
WINDOW_ATTEMPTS=3
ANSWER_SECONDS=30
OVERSIZED_BYTES=$((1024 * 1024))
OVERSIZED_IMPORT_BYTES=$((2 * 1024 * 1024))

usage() {
  cat <<'END_OF_USAGE'
usage: bash infra/kong/check.sh BASE_URL [--per-minute N]

Checks routes, authentication and limits of the Kong at BASE_URL, such as http://localhost:8000, with tokens of infra/token.sh. Places one order.
May wait up to a minute, for a new one to begin. Prints a line for each condition: ok, or FAILED with the actual value. Exits with 1 if one failed.

  --per-minute N  Kong's rate limit for a client application, default 100
END_OF_USAGE
}

main() {
  BASE='' PER_MINUTE=100
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
  check_rate
  must_sum
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
  [[ $(http_status "$BASE/health") != 000 ]]
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
  must "readiness has no route" '401|404' "$(ask /health/ready)"
  must "metrics have no route" '401|404' "$(ask /metrics)"
}

check_tokens() {
  must "no token" 401 "$(ask /orders)"
  must "no token: WWW-Authenticate names the scheme" 'Bearer.*' "$(header WWW-Authenticate)"
  must "a token with a changed signature" 401 "$(ask_as "$(changed "$GOOD")" /orders)"
  must "an expired token" 401 "$(ask_as "$(token alice --ttl -3600)" /orders)"
  must "a token of an unknown client application" 401 "$(ask_as "$(token alice --client unknown)" /orders)"
  must "a token from another issuer" 401 "$(ask_as "$(token alice --issuer another)" /orders)"
  must "a token for another audience" 401 "$(ask_as "$(token alice --audience another)" /orders)"
  must "a token whose client application is a number" 401 "$(ask_as "$(unsigned '{"sub":"alice","client_id":1}')" /orders)"
  must "a token whose client application is a list" 401 "$(ask_as "$(unsigned '{"sub":"alice","client_id":["orderflow-cli"]}')" /orders)"
  must "a token in the URL" 401 "$(ask "/orders?jwt=$GOOD")"
  must "a token in a cookie" 401 "$(ask /orders --cookie "jwt=$GOOD")"
}

# Changes the first character of the signature; bits of the last one may be padding.
changed() {
  local signature=${1##*.} first=A
  [[ $signature != A* ]] || first=B
  printf '%s.%s%s\n' "${1%.*}" "$first" "${signature:1}"
}

# A token with these claims and an invalid signature.
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
  must "RateLimit-Limit is the limit" "$PER_MINUTE" "$(header RateLimit-Limit)"
  must "RateLimit-Remaining is 0" 0 "$(header RateLimit-Remaining)"
  must "Retry-After is within a minute" '[1-5]?[0-9]|60' "$(header Retry-After)"
  must "another client application is not limited" 200 "$(ask_as "$GOOD" /inventory)"
}

# Kong counts by clock minutes. Succeeds with the first call of a minute that has time left.
first_call_of_a_minute() {
  local attempt second
  for ((attempt = 1; attempt <= WINDOW_ATTEMPTS; attempt++)); do
    second=$((10#$(date +%S)))
    ((attempt == 1 && second <= LATEST_SECOND)) || sleep "$((61 - second))"
    ask_as "$1" /inventory >/dev/null
    [[ $(header RateLimit-Remaining) != "$((PER_MINUTE - 1))" ]] || return 0
  done
  return 1
}

# statuses TOKEN N: makes N calls over one connection and counts their statuses.
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
