# The API, on API_PORT.
# shellcheck shell=bash

API_READY_SECONDS=60
API_STOP_SECONDS=60

service_api_install() {
  publish OrderFlow.Api "$RUN_DIR/app/api"
}

service_api_start() {
  say "Starting the API"
  api_settings
  api_launch
}

api_settings() (
  export ASPNETCORE_URLS=http://127.0.0.1:$API_PORT
  keep_settings api
)

api_launch() {
  program_start api "$RUN_DIR/app/api" dotnet OrderFlow.Api.dll
  program_await_health api "$(api_url)/health" "$API_READY_SECONDS"
}

api_url() {
  setting_of api ASPNETCORE_URLS
}

service_api_stop() {
  program_ask_to_stop api
  program_await_stop api "$API_STOP_SECONDS"
  program_forget api
}

service_api_programs() {
  if [[ -f $PROGRAMS_DIR/api.settings ]]; then
    say api "$(program_pid api)"
  fi
}

service_api_env() {
  env_line ORDERFLOW_API "$(api_url)"
  env_line ORDERFLOW_API_PID "$(program_pid api || true)"
}

service_api_table() {
  table_row API "$(api_url)" "$(program_pid api)" "$(program_log api)"
}

service_api_fault() {
  case ${1:-}:$# in
    start:1)
      program_is_gone api || die "the API runs already"
      api_launch
      ;;
    *:1) program_fault api "$1" "$API_STOP_SECONDS" ;;
    *) die "usage: infra/fault.sh api kill|stop|pause|resume|start" ;;
  esac
}
