#!/usr/bin/env bash
set -euo pipefail

for library in common progress apt keys settings; do
  # shellcheck source=/dev/null
  source "$(dirname "${BASH_SOURCE[0]}")/../lib/$library.sh"
done

KONG_TEMPLATE=$ROOT/infra/kong/kong.yml
KONG_DIR=$RUN_DIR/kong
COMPOSE_SETTINGS=$ROOT/infra/.env
COMPOSE_EXAMPLE=$ROOT/infra/compose.env.example

usage() {
  cat <<'END_OF_USAGE'
usage: bash infra/kong/keys.sh [--per-minute N]

Generates the files of infra/docker-compose.yml that git ignores:

  .run/kong/public.pem  the public key that verifies tokens: Auth__PublicKeyFile, by default the key of infra/token.sh, which is generated if it is missing
  .run/kong/kong.yml    infra/kong/kong.yml with that key
  infra/.env            infra/compose.env.example with random passwords, if the file is missing

  --per-minute N  rate limit of a client application, from 1 to 99999; default: as in infra/kong/kong.yml

Kong reads its file when it starts: 'docker compose -f infra/docker-compose.yml restart kong' after a change.
END_OF_USAGE
}

main() {
  local per_minute=''
  while (($# > 0)); do
    case $1 in
      --per-minute)
        per_minute=${2:-}
        check_number "$1" "$per_minute" 99999
        shift
        ;;
      --help | -h)
        usage
        exit 0
        ;;
      *)
        usage >&2
        exit 2
        ;;
    esac
    shift
  done
  load_dotenv
  need_command openssl openssl
  make_keys
  # Readable by the users of the containers; nothing in it is secret.
  install -d -m 755 "$KONG_DIR"
  write_file "$KONG_DIR/public.pem" public_key
  write_file "$KONG_DIR/kong.yml" kong_file "$KONG_DIR/public.pem" "$per_minute"
  make_compose_settings
  say "Written: $(short_path "$KONG_DIR/public.pem"), $(short_path "$KONG_DIR/kong.yml")"
}

# write_file FILE COMMAND...: writes the command's output to the file, which stays as it is if the command fails.
write_file() {
  local file=$1
  shift
  "$@" >"$file.draft" || exit 1
  chmod 644 "$file.draft"
  mv "$file.draft" "$file"
}

# kong_file PUBLIC_KEY PER_MINUTE
kong_file() {
  awk -v key="$(<"$1")" -v algorithm="$(algorithm_of "$1")" -v per_minute="$2" '
    BEGIN { lines = split(key, line, "\n") }
    /^ *algorithm: RS256$/ { sub(/RS256/, algorithm) }
    per_minute != "" && /^ *minute: [0-9]+/ { sub(/minute: [0-9]+/, "minute: " per_minute) }
    !/: "@PUBLIC_KEY@"$/ { print; next }
    {
      match($0, /^ */)
      indent = substr($0, 1, RLENGTH) "  "
      sub(/"@PUBLIC_KEY@"/, "|")
      print
      for (i = 1; i <= lines; i++) print indent line[i]
    }' "$KONG_TEMPLATE"
}

# A credential accepts tokens of one algorithm.
algorithm_of() {
  if openssl rsa -pubin -in "$1" -noout 2>/dev/null; then say RS256; else say ES256; fi
}

make_compose_settings() {
  [[ ! -e $COMPOSE_SETTINGS ]] || return 0
  (
    umask 077
    while IFS= read -r line; do
      [[ $line != *_PASSWORD= ]] || line+=$(random_password)
      printf '%s\n' "$line"
    done <"$COMPOSE_EXAMPLE" >"$COMPOSE_SETTINGS.draft"
    mv "$COMPOSE_SETTINGS.draft" "$COMPOSE_SETTINGS"
  )
  say "Written: $(short_path "$COMPOSE_SETTINGS"), with new passwords"
}

main "$@"
