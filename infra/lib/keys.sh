# The key pair that signs development tokens, generated once for each run directory.
# shellcheck shell=bash

KEYS_DIR=$RUN_DIR/keys
PRIVATE_KEY=$KEYS_DIR/private.pem
PUBLIC_KEY=$KEYS_DIR/public.pem

make_keys() {
  if [[ -f $PRIVATE_KEY && -f $PUBLIC_KEY ]]; then
    return
  fi
  need_command openssl openssl
  mkdir -p "$KEYS_DIR"
  (
    umask 077
    draft=$(mktemp "$KEYS_DIR/draft.XXXXXX")
    trap 'rm -f "$draft"' EXIT
    openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$draft" 2>/dev/null
    # Of several scripts at once, one creates the link; the others use its key.
    ln "$draft" "$PRIVATE_KEY" 2>/dev/null || true
    rm "$draft"
    openssl pkey -in "$PRIVATE_KEY" -pubout -out "$draft"
    mv "$draft" "$PUBLIC_KEY"
  )
}

# Prints the public key that verifies tokens: Auth__PublicKeyFile, by default that of the development tokens. Kong has one key for each credential.
public_key() {
  local file
  file=$(cd "$ROOT" && realpath -ms "${Auth__PublicKeyFile:-$PUBLIC_KEY}")
  [[ -r $file ]] || die "the public key $(short_path "$file") cannot be read"
  (($(grep -c -- '-----BEGIN' "$file") == 1)) || die "$(short_path "$file") must hold exactly one public key"
  openssl pkey -pubin -in "$file" -pubout 2>/dev/null || die "$(short_path "$file") does not hold a public key"
}
