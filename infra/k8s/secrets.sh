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

Makes what the Secrets of infra/k8s/overlays/dev are made of and git does not keep (kubectl apply -k infra/k8s/overlays/dev/secrets):

  infra/k8s/overlays/dev/secrets/settings.env  settings.env.example with new passwords, where there is no such file: the servers' disks keep the old ones
  infra/k8s/overlays/dev/secrets/public.pem    the public key that tokens must be signed for: Auth__PublicKeyFile, where it is set, else the key of
                                               infra/token.sh, which is made where there is none
END
}

main() {
  if (($# > 0)); then
    usage
    [[ $1 == --help || $1 == -h ]] || exit 2
    exit 0
  fi
  local public_key
  load_dotenv
  need_command openssl openssl
  make_keys
  public_key=$(cd "$ROOT" && realpath -ms "${Auth__PublicKeyFile:-$PUBLIC_KEY}")
  umask 077
  # Kong has one key for each credential. Reading it, and writing it again, is the check that it is one.
  [[ -r $public_key ]] || die "the public key $(short_path "$public_key") cannot be read"
  (($(grep -c -- '-----BEGIN' "$public_key") == 1)) || die "$(short_path "$public_key") must hold one public key and nothing else"
  openssl pkey -pubin -in "$public_key" -pubout -out "$SECRETS/public.pem.draft" 2>/dev/null || die "$(short_path "$public_key") holds no public key"
  mv "$SECRETS/public.pem.draft" "$SECRETS/public.pem"
  make_settings
  say "Written: $(short_path "$SECRETS")"
}

make_settings() {
  [[ ! -e $SECRETS/settings.env ]] || return 0
  sed -e "/^#/d; s/@POSTGRES_PASSWORD@/$(password)/g; s/@REDIS_PASSWORD@/$(password)/g" "$OVERLAY/settings.env.example" >"$SECRETS/settings.env.draft"
  mv "$SECRETS/settings.env.draft" "$SECRETS/settings.env"
}

# Letters and digits only: it becomes part of connection strings.
password() {
  od -An -N 24 -t x1 /dev/urandom | tr -d ' \n'
}

main "$@"
