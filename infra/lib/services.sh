# What a run consists of. Each service is one file in infra/services, which defines
#
#   service_NAME_install        gets what is missing, or builds it
#   service_NAME_start          starts it; ready when it returns
#   service_NAME_stop           stops it, in whatever state it is
#   service_NAME_programs       prints its programs that should run, a line each: name and pid, no pid where it does not run
#   service_NAME_env            its lines of .run/env, by env_line
#   service_NAME_table          its lines of the table people see, by table_row
#   service_NAME_fault ARGS...  what fault.sh can do to it
#
# shellcheck shell=bash

SERVICES=(postgres redis kafka silo api) # in the order they start; they stop in the opposite one
ENV_FILE=$RUN_DIR/env

for service in "${SERVICES[@]}"; do
  # shellcheck source=/dev/null
  source "$ROOT/infra/services/$service.sh"
done

# each_service STEP: calls that step of every service.
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

# .run/env, for scripts and tools: where everything is at this moment.
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
