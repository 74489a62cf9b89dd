#!/usr/bin/env bash
set -euo pipefail

for library in common progress apt keys settings; do
  # shellcheck source=/dev/null
  source "$(dirname "${BASH_SOURCE[0]}")/lib/$library.sh"
done

COMPOSE_KEY=$ROOT/.run/compose/public.pem # where docker-compose.yml mounts it from
COMPOSE_SETTINGS=$ROOT/infra/.env
COMPOSE_EXAMPLE=$ROOT/infra/compose.env.example

usage() {
  cat <<'END_OF_USAGE'
usage: bash infra/secrets.sh

Generates the files of infra/docker-compose.yml that git ignores:

  .run/compose/public.pem  the public keys that verify tokens: Auth__PublicKeyFile, by default the key of infra/token.sh, which is generated if it is missing
  infra/.env               infra/compose.env.example with random passwords, if the file is missing: the volume of Postgres keeps the old one
END_OF_USAGE
}

main() {
  if (($# > 0)); then
    usage
    [[ $1 == --help || $1 == -h ]] || exit 2
    exit 0
  fi
  local key
  load_dotenv
  make_keys
  key=$(public_key_file)
  install -D -m 644 "$key" "$COMPOSE_KEY" # for the users of the containers
  make_settings
  say "Written: $(short_path "$COMPOSE_KEY")"
}

make_settings() {
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
