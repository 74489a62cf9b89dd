# The services of a run. Each is one file in infra/services, which defines
#
#   service_NAME_install        installs or builds it
#   service_NAME_start          starts it; returns when it is ready
#   service_NAME_stop           stops it, whatever its state
#   service_NAME_programs       prints a line for each program that should run: name, and pid if it runs
#   service_NAME_env            prints its lines of .run/env, by env_line
#   service_NAME_table          prints its lines of the table that run.sh shows, by table_row
#   service_NAME_fault ARGS...  injects a fault, for fault.sh
#
# shellcheck shell=bash

SERVICES=(postgres redis kafka silo api) # in start order; they stop in reverse
ENV_FILE=$RUN_DIR/env

for service in "${SERVICES[@]}"; do
  # shellcheck source=/dev/null
  source "$ROOT/infra/services/$service.sh"
done

# each_service STEP: calls the step of every service.
each_service() {
  local service
  for service in "${SERVICES[@]}"; do
    "service_${service}_$1"
  done
}

programs_up() {
  each_service programs | awk 'NF == 2 { print $1 }'
}

programs_down() {
  each_service programs | awk 'NF == 1 { print $1 }'
}

services_stop() {
  local i
  rm -f "$ENV_FILE"
  for ((i = ${#SERVICES[@]} - 1; i >= 0; i--)); do
    "service_${SERVICES[i]}_stop"
  done
}

# Writes .run/env, which tells scripts and tools the current addresses and pids.
write_env() (
  umask 077
  exec {lock}>"$RUN_DIR/env.lock"
  flock "$lock"
  each_service env >"$ENV_FILE.draft"
  mv "$ENV_FILE.draft" "$ENV_FILE"
)

env_line() {
  printf '%s=%s\n' "$1" "${2@Q}"
}

table_row() {
  printf '  %-10s %-34s %-12s %s\n' "$1" "$2" "${3:+pid $3}" "$(short_path "$4")" | sed 's/ *$//'
}
