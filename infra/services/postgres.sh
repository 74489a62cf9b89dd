# Postgres: a private instance in .run/postgres, unless Postgres__ConnectionString is set.
# shellcheck shell=bash

POSTGRES_DIR=$RUN_DIR/postgres
POSTGRES_PORT_FILE=$PROGRAMS_DIR/postgres.port # exists only for a private instance
POSTGRES_URI_FILE=$PROGRAMS_DIR/postgres.uri

service_postgres_install() {
  if [[ -z ${Postgres__ConnectionString:-} ]]; then
    postgres_install
  fi
}

service_postgres_start() {
  local port
  rm -f "$POSTGRES_PORT_FILE"
  if [[ -n ${Postgres__ConnectionString:-} ]]; then
    say "Postgres: using Postgres__ConnectionString"
    postgres_keep_uri "$(npgsql_to_uri "$Postgres__ConnectionString")"
    return
  fi
  say "Starting Postgres"
  port=$(free_port)
  printf '%s\n' "$port" >"$POSTGRES_PORT_FILE"
  ln -sfn ../postgres/postgres.log "$(program_log postgres)"
  postgres_start "$POSTGRES_DIR" "$port"
  postgres_keep_uri "$(postgres_uri "$POSTGRES_DIR" "$port")"
  Postgres__ConnectionString="Host=127.0.0.1;Port=$port;Database=$POSTGRES_NAME;Username=$POSTGRES_NAME;Password=$(<"$POSTGRES_DIR/password")"
  export Postgres__ConnectionString
}

postgres_keep_uri() (
  umask 077
  printf '%s\n' "$1" >"$POSTGRES_URI_FILE"
)

service_postgres_stop() {
  if [[ -d $POSTGRES_DIR/data ]]; then
    postgres_stop "$POSTGRES_DIR"
  fi
}

service_postgres_programs() {
  if [[ -f $POSTGRES_PORT_FILE ]]; then
    say postgres "$(postgres_pid "$POSTGRES_DIR")"
  fi
}

service_postgres_env() {
  env_line ORDERFLOW_POSTGRES "$(<"$POSTGRES_URI_FILE")"
  env_line ORDERFLOW_POSTGRES_PID "$(postgres_pid "$POSTGRES_DIR" || true)"
}

service_postgres_table() {
  if [[ -f $POSTGRES_PORT_FILE ]]; then
    table_row Postgres "127.0.0.1:$(<"$POSTGRES_PORT_FILE")" "$(postgres_pid "$POSTGRES_DIR")" "$(program_log postgres)"
  else
    table_row Postgres "not started here" "" ""
  fi
}

service_postgres_fault() {
  [[ -f $POSTGRES_PORT_FILE ]] || die "Postgres was not started here: Postgres__ConnectionString is set"
  local port
  port=$(<"$POSTGRES_PORT_FILE")
  case ${1:-}:$# in
    kill:1) postgres_kill "$POSTGRES_DIR" ;;
    stop:1) postgres_stop "$POSTGRES_DIR" ;;
    start:1) postgres_start "$POSTGRES_DIR" "$port" ;;
    restart:1)
      postgres_stop "$POSTGRES_DIR"
      postgres_start "$POSTGRES_DIR" "$port"
      ;;
    kill-backends:1) postgres_kill_backends "$POSTGRES_DIR" "$port" ;;
    crash-backend:1) postgres_crash_backend "$POSTGRES_DIR" "$port" ;;
    *) die "usage: infra/fault.sh postgres kill|stop|start|restart|kill-backends|crash-backend" ;;
  esac
}

# Converts an Npgsql connection string to a libpq URI for psql. Quoted values are not supported.
npgsql_to_uri() {
  local part key value host=localhost port=5432 user='' password='' database='' ssl=''
  local -a parts
  IFS=';' read -ra parts <<<"$1"
  for part in "${parts[@]}"; do
    key=${part%%=*}
    key=${key,,}
    value=$(uri_escape "${part#*=}")
    case ${key// /} in
      host | server) host=$value ;;
      port) port=$value ;;
      username | userid | user | uid) user=$value ;;
      password | pwd) password=$value ;;
      database | db) database=$value ;;
      sslmode) ssl=$value ;;
    esac
  done
  [[ $ssl != Verify* ]] || ssl=verify-${ssl#Verify}
  printf 'postgresql://%s:%s@%s:%s/%s%s\n' "$user" "$password" "$host" "$port" "${database:-$user}" "${ssl:+?sslmode=${ssl,,}}"
}

uri_escape() {
  local LC_ALL=C text=$1 i
  for ((i = 0; i < ${#text}; i++)); do
    case ${text:i:1} in
      [A-Za-z0-9._~-]) printf '%s' "${text:i:1}" ;;
      *) printf '%%%02X' "'${text:i:1}" ;;
    esac
  done
}
