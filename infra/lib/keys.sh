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

# Prints the file of public keys that verify tokens: Auth__PublicKeyFile, by default that of the development tokens.
public_key_file() {
  local file
  file=$(cd "$ROOT" && realpath -ms "${Auth__PublicKeyFile:-$PUBLIC_KEY}")
  [[ -r $file ]] || die "the public key $(short_path "$file") cannot be read"
  ! grep -q -- 'PRIVATE KEY-----' "$file" || die "$(short_path "$file") holds a private key; only the public half belongs there"
  printf '%s\n' "$file"
}
