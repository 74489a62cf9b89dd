# Kafka: the embedded broker, a mode of the silo's program, unless Kafka__BootstrapServers is set.
# It stores nothing on disk: every start has a new port and empty topics.
# shellcheck shell=bash

KAFKA_READY_SECONDS=60
KAFKA_STOP_SECONDS=30
KAFKA_ADDRESS_FILE=$PROGRAMS_DIR/kafka.address

# The silos' step builds its program; all services are installed before the first one starts.
service_kafka_install() {
  :
}

service_kafka_start() {
  if [[ -n ${Kafka__BootstrapServers:-} ]]; then
    say "Kafka: using Kafka__BootstrapServers"
  else
    say "Starting Kafka"
    kafka_settings
    program_start kafka "$RUN_DIR/app/silo" dotnet OrderFlow.Silo.dll kafka
    program_await_health kafka "$(kafka_url)/health" "$KAFKA_READY_SECONDS"
    Kafka__BootstrapServers=$(http --fail "$(kafka_url)/bootstrap-servers")
    export Kafka__BootstrapServers
  fi
  printf '%s\n' "$Kafka__BootstrapServers" >"$KAFKA_ADDRESS_FILE"
}

kafka_settings() (
  ASPNETCORE_URLS=http://127.0.0.1:$(free_port)
  export ASPNETCORE_URLS
  export DOTNET_gcServer=0 # server GC, which the silos use, would only take memory here
  keep_settings kafka
)

kafka_url() {
  setting_of kafka ASPNETCORE_URLS
}

service_kafka_stop() {
  program_ask_to_stop kafka
  program_await_stop kafka "$KAFKA_STOP_SECONDS"
  program_forget kafka
}

service_kafka_programs() {
  if [[ -f $PROGRAMS_DIR/kafka.settings ]]; then
    say kafka "$(program_pid kafka)"
  fi
}

service_kafka_env() {
  env_line ORDERFLOW_KAFKA "$(<"$KAFKA_ADDRESS_FILE")"
  env_line ORDERFLOW_KAFKA_PID "$(program_pid kafka || true)"
}

service_kafka_table() {
  if [[ -f $PROGRAMS_DIR/kafka.settings ]]; then
    table_row Kafka "$(<"$KAFKA_ADDRESS_FILE")" "$(program_pid kafka)" "$(program_log kafka)"
  else
    table_row Kafka "not started here" "" ""
  fi
}

service_kafka_fault() {
  [[ -f $PROGRAMS_DIR/kafka.settings ]] || die "Kafka was not started here: Kafka__BootstrapServers is set"
  case ${1:-}:$# in
    down:[12] | up:[12]) http --fail --request POST "$(kafka_url)/$1${2:+?broker=$2}" || die "the embedded broker does not answer; see $(short_path "$(program_log kafka)")" ;;
    *) die "usage: infra/fault.sh kafka down|up [N]" ;;
  esac
}
