# Redis: a private instance in .run/redis, unless Redis__ConnectionString is set.
# shellcheck shell=bash

REDIS_DIR=$RUN_DIR/redis
REDIS_PORT_FILE=$PROGRAMS_DIR/redis.port # exists only for a private instance
REDIS_CONNECTION_FILE=$PROGRAMS_DIR/redis.connection

service_redis_install() {
  if [[ -z ${Redis__ConnectionString:-} ]]; then
    redis_install
  fi
}

service_redis_start() {
  local port
  rm -f "$REDIS_PORT_FILE"
  if [[ -n ${Redis__ConnectionString:-} ]]; then
    say "Redis: using Redis__ConnectionString"
    redis_keep_connection "$Redis__ConnectionString"
    return
  fi
  say "Starting Redis"
  port=$(free_port)
  printf '%s\n' "$port" >"$REDIS_PORT_FILE"
  ln -sfn ../redis/redis.log "$(program_log redis)"
  redis_start "$REDIS_DIR" "$port"
  Redis__ConnectionString="127.0.0.1:$port,password=$(<"$REDIS_DIR/password")"
  export Redis__ConnectionString
  redis_keep_connection "$Redis__ConnectionString"
}

redis_keep_connection() (
  umask 077
  printf '%s\n' "$1" >"$REDIS_CONNECTION_FILE"
)

service_redis_stop() {
  if [[ -d $REDIS_DIR/data ]]; then
    redis_stop "$REDIS_DIR"
  fi
}

service_redis_programs() {
  if [[ -f $REDIS_PORT_FILE ]]; then
    say redis "$(redis_pid "$REDIS_DIR")"
  fi
}

service_redis_env() {
  local connection
  connection=$(<"$REDIS_CONNECTION_FILE")
  env_line ORDERFLOW_REDIS "$(stackexchange_address "$connection")"
  env_line ORDERFLOW_REDIS_PASSWORD "$(stackexchange_option "$connection" password)"
  env_line ORDERFLOW_REDIS_PID "$(redis_pid "$REDIS_DIR" || true)"
}

service_redis_table() {
  if [[ -f $REDIS_PORT_FILE ]]; then
    table_row Redis "127.0.0.1:$(<"$REDIS_PORT_FILE")" "$(redis_pid "$REDIS_DIR")" "$(program_log redis)"
  else
    table_row Redis "not started here" "" ""
  fi
}

service_redis_fault() {
  [[ -f $REDIS_PORT_FILE ]] || die "Redis was not started here: Redis__ConnectionString is set"
  case ${1:-}:$# in
    kill:1) redis_kill "$REDIS_DIR" ;;
    stop:1) redis_stop "$REDIS_DIR" ;;
    start:1) redis_start "$REDIS_DIR" "$(<"$REDIS_PORT_FILE")" ;;
    pause:1) redis_fault_signal STOP ;;
    resume:1) redis_fault_signal CONT ;;
    *) die "usage: infra/fault.sh redis kill|stop|pause|resume|start" ;;
  esac
}

redis_fault_signal() {
  redis_pid "$REDIS_DIR" >/dev/null || die "redis is not running"
  redis_signal "$1" "$REDIS_DIR"
}

# Prints the first server of a StackExchange.Redis configuration string as host:port.
stackexchange_address() {
  local part port=6379
  local -a parts
  [[ $(stackexchange_option "$1" ssl) != [Tt]rue ]] || port=6380
  IFS=',' read -ra parts <<<"$1"
  for part in "${parts[@]}"; do
    [[ $part != *=* ]] || continue
    [[ $part == *:* ]] || part=$part:$port
    printf '%s\n' "$part"
    return
  done
}

# stackexchange_option STRING NAME: prints the option's value, or nothing.
stackexchange_option() {
  local part key
  local -a parts
  IFS=',' read -ra parts <<<"$1"
  for part in "${parts[@]}"; do
    key=${part%%=*}
    if [[ $part == *=* && ${key,,} == "$2" ]]; then
      printf '%s\n' "${part#*=}"
    fi
  done
}
