# The silos: silo-1, silo-2, … in one cluster. SILOS is their number.
# shellcheck shell=bash

SILO_READY_SECONDS=180 # the first start applies the migrations; grains of a killed silo move once it is declared dead
SILO_STOP_SECONDS=75 # longer than a silo's shutdown timeout

service_silo_install() {
  publish OrderFlow.Silo "$RUN_DIR/app/silo"
}

service_silo_start() {
  local n
  say "Starting $(silo_count "$SILOS")"
  for ((n = 1; n <= SILOS; n++)); do
    silo_settings "$n"
    silo_launch "silo-$n"
  done
  for ((n = 1; n <= SILOS; n++)); do
    silo_await "silo-$n"
  done
}

silo_count() {
  if (($1 == 1)); then say "1 silo"; else say "$1 silos"; fi
}

silo_settings() (
  export Cluster__SiloName=silo-$1
  Cluster__SiloPort=$(free_port)
  Cluster__GatewayPort=$(free_port)
  ASPNETCORE_URLS=http://127.0.0.1:$(free_port)
  export Cluster__SiloPort Cluster__GatewayPort ASPNETCORE_URLS
  export Cluster__AdvertisedAddress=127.0.0.1
  keep_settings "silo-$1"
)

silo_launch() {
  program_start "$1" "$RUN_DIR/app/silo" dotnet OrderFlow.Silo.dll
}

silo_await() {
  program_await_health "$1" "$(silo_url "$1")/health/ready" "$SILO_READY_SECONDS"
}

silo_url() {
  setting_of "$1" ASPNETCORE_URLS
}

# The silos of this run, including those that a fault stopped.
silo_names() {
  local file
  for file in "$PROGRAMS_DIR"/silo-*.settings; do
    [[ ! -e $file ]] || basename "$file" .settings
  done | sort -V
}

service_silo_stop() {
  local name
  # SIGTERM to all before waiting for any: grains should not move to a silo that stops next.
  for name in $(silo_names); do
    program_ask_to_stop "$name"
  done
  for name in $(silo_names); do
    program_await_stop "$name" "$SILO_STOP_SECONDS"
    program_forget "$name"
  done
}

service_silo_programs() {
  local name
  for name in $(silo_names); do
    say "$name" "$(program_pid "$name")"
  done
}

service_silo_env() {
  local name
  env_line ORDERFLOW_SILO_PIDS "$(for name in $(silo_names); do program_pid "$name" || true; done | paste -sd ' ')"
  env_line ORDERFLOW_DASHBOARD "$(silo_url silo-1)/dashboard"
}

service_silo_table() {
  local name
  for name in $(silo_names); do
    table_row "$name" "$(silo_url "$name")" "$(program_pid "$name")" "$(program_log "$name")"
  done
  table_row dashboard "$(silo_url silo-1)/dashboard" "" ""
}

service_silo_fault() {
  local name=silo-${1:-} action=${2:-}
  [[ $# == 2 && $1 =~ ^[0-9]+$ ]] || die "usage: infra/fault.sh silo N kill|stop|pause|resume|start"
  [[ -f $PROGRAMS_DIR/$name.settings ]] || die "$name does not exist; silos are: $(silo_names | paste -sd ' ')"
  if [[ $action == start ]]; then
    program_is_gone "$name" || die "$name already runs"
    silo_launch "$name"
    silo_await "$name"
  else
    program_fault "$name" "$action" "$SILO_STOP_SECONDS"
  fi
}
