# HTTP requests to the programs.
# shellcheck shell=bash

# Ignores proxies of the environment: programs listen on loopback.
http() {
  curl --silent --noproxy '*' --max-time 10 "$@"
}

http_status() {
  http --output /dev/null --write-out '%{http_code}' "$@" || true
}

http_is_ok() {
  http --fail --output /dev/null "$1"
}
