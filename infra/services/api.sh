# The APIs: api on API_PORT, then api-2, api-3, … on free ports. APIS is their number.
# shellcheck shell=bash

API_READY_SECONDS=60
API_STOP_SECONDS=60

service_api_install() {
  publish OrderFlow.Api "$RUN_DIR/app/api"
}

service_api_start() {
  local n
  say "Starting $(api_count "$APIS")"
  for ((n = 1; n <= APIS; n++)); do
    api_settings "$n"
    api_launch "$(api_name "$n")"
  done
  for ((n = 1; n <= APIS; n++)); do
    api_await "$(api_name "$n")"
  done
}

api_count() {
  if (($1 == 1)); then say "the API"; else say "$1 APIs"; fi
}

# The first one has no number.
api_name() {
  if (($1 == 1)); then say api; else say "api-$1"; fi
}

api_settings() (
  port=$API_PORT
  (($1 == 1)) || port=$(free_port)
  export ASPNETCORE_URLS=http://127.0.0.1:$port
  keep_settings "$(api_name "$1")"
)

api_launch() {
  program_start "$1" "$RUN_DIR/app/api" dotnet OrderFlow.Api.dll
}

api_await() {
  program_await_health "$1" "$(api_url "$1")/health" "$API_READY_SECONDS"
}

# api_url [NAME]
api_url() {
  setting_of "${1:-api}" ASPNETCORE_URLS
}

# The APIs of this run, including those that a fault stopped.
api_names() {
  local file
  for file in "$PROGRAMS_DIR"/api.settings "$PROGRAMS_DIR"/api-*.settings; do
    [[ ! -e $file ]] || basename "$file" .settings
  done | sort -V
}

service_api_stop() {
  local name
  for name in $(api_names); do
    program_ask_to_stop "$name"
  done
  for name in $(api_names); do
    program_await_stop "$name" "$API_STOP_SECONDS"
    program_forget "$name"
  done
}

service_api_programs() {
  local name
  for name in $(api_names); do
    say "$name" "$(program_pid "$name")"
  done
}

service_api_env() {
  local name
  env_line ORDERFLOW_API "$(api_url)"
  env_line ORDERFLOW_API_PID "$(program_pid api || true)"
  env_line ORDERFLOW_API_URLS "$(for name in $(api_names); do api_url "$name"; done | paste -sd ' ')"
  env_line ORDERFLOW_API_PIDS "$(for name in $(api_names); do program_pid "$name" || true; done | paste -sd ' ')"
}

service_api_table() {
  local name
  for name in $(api_names); do
    table_row "${name/api/API}" "$(api_url "$name")" "$(program_pid "$name")" "$(program_log "$name")"
  done
}

service_api_fault() {
  local number=1 name
  if [[ ${1:-} =~ ^[1-9][0-9]?$ ]]; then
    number=$1
    shift
  fi
  [[ $# == 1 ]] || die "usage: infra/fault.sh api [N] kill|stop|pause|resume|start"
  name=$(api_name "$number")
  [[ -f $PROGRAMS_DIR/$name.settings ]] || die "API $number does not exist; APIs are: $(api_names | paste -sd ' ')"
  if [[ $1 == start ]]; then
    program_is_gone "$name" || die "$name already runs"
    api_launch "$name"
    api_await "$name"
  else
    program_fault "$name" "$1" "$API_STOP_SECONDS"
  fi
}
