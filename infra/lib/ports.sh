# Finds free ports on the loopback interface.
# shellcheck shell=bash

# Below the kernel's range for outgoing connections, which could otherwise take a port first.
FIRST_FREE_PORT=20000
FREE_PORTS=10000

port_is_busy() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# Random: several clones may start at the same time.
free_port() {
  local port attempt
  for ((attempt = 0; attempt < 100; attempt++)); do
    port=$((FIRST_FREE_PORT + SRANDOM % FREE_PORTS))
    if ! port_is_busy "$port"; then
      printf '%s\n' "$port"
      return
    fi
  done
  die "found no free port from $FIRST_FREE_PORT to $((FIRST_FREE_PORT + FREE_PORTS - 1))"
}
