#!/usr/bin/env bash
set -euo pipefail

for library in common progress apt keys settings; do
  # shellcheck source=/dev/null
  source "$(dirname "${BASH_SOURCE[0]}")/../lib/$library.sh"
done

OVERLAY=$ROOT/infra/k8s/overlays/dev
SECRETS=$OVERLAY/secrets

usage() {
  cat <<'END'
usage: bash infra/k8s/secrets.sh

Generates the files of the Secrets of infra/k8s/overlays/dev, which git ignores (kubectl apply -k infra/k8s/overlays/dev/secrets):

  infra/k8s/overlays/dev/secrets/settings.env  settings.env.example with random passwords, if the file is missing: the servers' disks keep the old ones
  infra/k8s/overlays/dev/secrets/public.pem    the public keys that verify tokens: Auth__PublicKeyFile, by default the key of infra/token.sh, which is
                                               generated if it is missing
END
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
  umask 077
  install -m 600 "$key" "$SECRETS/public.pem"
  make_settings
  say "Written: $(short_path "$SECRETS")"
}

make_settings() {
  [[ ! -e $SECRETS/settings.env ]] || return 0
  sed -e "/^#/d; s/@POSTGRES_PASSWORD@/$(random_password)/g; s/@REDIS_PASSWORD@/$(random_password)/g" "$OVERLAY/settings.env.example" >"$SECRETS/settings.env.draft"
  mv "$SECRETS/settings.env.draft" "$SECRETS/settings.env"
}

main "$@"
