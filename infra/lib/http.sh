# Asking the programs over HTTP.
# shellcheck shell=bash

# Loopback is never behind a proxy, whatever the environment says.
http() {
  curl --silent --noproxy '*' --max-time 10 "$@"
}

http_status() {
  http --output /dev/null --write-out '%{http_code}' "$@" || true
}

http_is_ok() {
  http --fail --output /dev/null "$1"
}
