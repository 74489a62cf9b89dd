#!/usr/bin/env bash
set -euo pipefail

for library in common progress apt keys settings; do
  # shellcheck source=/dev/null
  source "$(dirname "${BASH_SOURCE[0]}")/lib/$library.sh"
done

usage() {
  cat <<'END'
usage: bash infra/token.sh SUBJECT [--role ROLE] [--ttl SECONDS] [--issuer ISSUER] [--audience AUDIENCE]

Prints a bearer token for development, signed (RS256) with the key in .run/keys, which is generated if it is missing.

  SUBJECT     the user's id
  --role      default customer; payments may confirm orders, fulfilment may fulfil them, admin may do everything
  --ttl       lifetime in seconds, default 3600; negative for an expired token (which the programs accept for Auth__ClockSkew more)
  --issuer    default: Auth__Issuer, else orderflow-dev
  --audience  default: Auth__Audience, else orderflow
END
}

main() {
  local subject='' role=customer ttl=3600 issuer audience
  load_dotenv
  issuer=${Auth__Issuer:-orderflow-dev}
  audience=${Auth__Audience:-orderflow}
  while (($# > 0)); do
    case $1 in
      --help | -h)
        usage
        exit 0
        ;;
      --role | --ttl | --issuer | --audience)
        (($# > 1)) || die "$1 needs a value"
        printf -v "${1#--}" '%s' "$2"
        shift
        ;;
      -*) die "'$1' is not a valid option; see infra/token.sh --help" ;;
      *)
        [[ -z $subject ]] || die "only one subject is allowed, not '$subject' and '$1'"
        subject=$1
        ;;
    esac
    shift
  done
  if [[ -z $subject ]]; then
    usage >&2
    exit 2
  fi
  [[ $ttl =~ ^-?[0-9]{1,9}$ ]] || die "--ttl must be a number of seconds, not '$ttl'"
  make_keys >&2
  print_token
}

# Uses the variables of main.
print_token() {
  local claims now issued signed
  now=$(date +%s)
  issued=$((ttl < 0 ? now + 2 * ttl : now)) # an expired token was issued before it expired
  claims=$(printf '{"sub":%s,"role":%s,"iss":%s,"aud":%s,"iat":%s,"exp":%s}' "$(json_string "$subject")" "$(json_string "$role")" \
    "$(json_string "$issuer")" "$(json_string "$audience")" "$issued" "$((now + ttl))")
  signed=$(printf '{"alg":"RS256","typ":"JWT"}' | base64url).$(printf '%s' "$claims" | base64url)
  printf '%s.%s\n' "$signed" "$(printf '%s' "$signed" | openssl dgst -sha256 -sign "$PRIVATE_KEY" -binary | base64url)"
}

base64url() {
  openssl base64 -A | tr '+/' '-_' | tr -d '='
}

json_string() {
  local text=$1 escaped='' char i
  for ((i = 0; i < ${#text}; i++)); do
    char=${text:i:1}
    case $char in
      '"' | "\\") escaped+="\\$char" ;;
      [[:cntrl:]]) escaped+=$(printf '\\u%04x' "'$char") ;;
      *) escaped+=$char ;;
    esac
  done
  printf '"%s"' "$escaped"
}

main "$@"
