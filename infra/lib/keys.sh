# The key pair that signs development tokens. Made once for each clone; never leaves it.
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
    # A link is made by one of several scripts that come here at once; the others take what it made.
    ln "$draft" "$PRIVATE_KEY" 2>/dev/null || true
    rm "$draft"
    openssl pkey -in "$PRIVATE_KEY" -pubout -out "$draft"
    mv "$draft" "$PUBLIC_KEY"
  )
}
