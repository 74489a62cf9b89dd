# The system under test, and its customers.
# shellcheck shell=bash disable=SC2153,SC2034 # the options are in infra/chaos.sh, some variables are of other parts

CHAOS_SILOS=3
CHAOS_APIS=2
CHAOS_CUSTOMERS=40 # as many as Customers/Shop.cs has
CHAOS_ADMIN=chaos-admin
CHAOS_ROLES=(payments fulfilment) # whose users are called chaos-ROLE, as in Customers/Tokens.cs
TOKEN_SECONDS=86400
FIRST_ORDERS_SECONDS=30
LAST_ANSWERS_SECONDS=420 # an errand asks for up to four things, and is patient for a minute and a try with each of them

CUSTOMERS_PID='' EXTERNAL_PID=''

# What an earlier run has left goes, its database too.
chaos_open() {
  mkdir -p "$ROOT/.run"
  exec {CHAOS_LOCK}>"$CHAOS_DIR.lock"
  flock --nonblock "$CHAOS_LOCK" || die "another infra/chaos.sh is at work in $(short_path "$CHAOS_DIR")"
  [[ ! -e $CHAOS_DIR ]] || bash infra/run.sh reset >/dev/null
  mkdir -p "$CHAOS_DIR"
  compare_open "$CHAOS_DIR"
  : >"$VIOLATIONS"
}

chaos_system_up() {
  need_command kcat kcat
  need_command psql postgresql-client
  # Whoever looks for a cause in the logs needs to know when it was.
  export Logging__Console__FormatterName=simple Logging__Console__FormatterOptions__TimestampFormat='HH:mm:ss.fff ' Logging__Console__FormatterOptions__UseUtcTimestamp=true
  export Kafka__TopicPartitions=${Kafka__TopicPartitions:-$(partitions_for $((RATE * MINUTES * 60)))}
  publish infra/chaos "$RUN_DIR/app/chaos"
  [[ $MODE != external ]] || external_start
  with_progress "Starting $CHAOS_SILOS silos and $CHAOS_APIS APIs" "$CHAOS_DIR/start.log" \
    bash infra/run.sh --detach --silos "$CHAOS_SILOS" --apis "$CHAOS_APIS" --port "$(free_port)"
  # shellcheck source=/dev/null
  source "$ENV_FILE"
  export ORDERFLOW_API_URLS
  make_tokens
}

# The identity provider and the mail server, and the settings that name them.
external_start() {
  make_keys
  (
    close_inherited_files
    customers external
  ) </dev/null >"$CHAOS_DIR/external.log" 2>&1 &
  EXTERNAL_PID=$!
  wait_until "$FIRST_ORDERS_SECONDS" test -e "$CHAOS_DIR/external.env" || die "the identity provider and the mail server did not start; see $(short_path "$CHAOS_DIR/external.log")"
  # shellcheck source=/dev/null
  source "$CHAOS_DIR/external.env"
  export Auth__JwksUri=$EXTERNAL_JWKS Auth__Issuer=${Auth__Issuer:-orderflow-dev}
  export Notifications__Sender=smtp Smtp__Host=127.0.0.1 Smtp__Port=$EXTERNAL_SMTP_PORT Smtp__Security=none Smtp__From=shop@chaos.example Smtp__RecipientDomain=chaos.example
}

# The first one is the admin's.
make_tokens() {
  local role n
  ADMIN_TOKEN=$(bash infra/token.sh "$CHAOS_ADMIN" --role admin --ttl "$TOKEN_SECONDS")
  (
    umask 077
    printf '%s\t%s\n' "$CHAOS_ADMIN" "$ADMIN_TOKEN"
    for role in "${CHAOS_ROLES[@]}"; do
      printf '%s\t%s\n' "chaos-$role" "$(bash infra/token.sh "chaos-$role" --role "$role" --ttl "$TOKEN_SECONDS")"
    done
    for ((n = 1; n <= CHAOS_CUSTOMERS; n++)); do
      printf '%s\t%s\n' "$CHAOS_NAME-customer-$n" "$(bash infra/token.sh "$CHAOS_NAME-customer-$n" --ttl "$TOKEN_SECONDS")"
    done
  ) >"$CHAOS_DIR/tokens.tsv"
}

# customers COMMAND [OPTIONS...]: the part of this that is no shell script, infra/chaos/Program.cs.
customers() {
  exec dotnet "$RUN_DIR/app/chaos/OrderFlow.Chaos.dll" "$1" "$CHAOS_DIR" --name "$CHAOS_NAME" --seed "$SEED" "${@:2}"
}

customers_start() {
  local roll=()
  [[ $MODE != roll ]] || roll=(--tries 2 --ramp "$RAMP_SECONDS")
  (
    close_inherited_files
    customers load --rate "$RATE" "${roll[@]}"
  ) </dev/null >"$CHAOS_DIR/customers.log" 2>&1 &
  CUSTOMERS_PID=$!
  wait_until "$FIRST_ORDERS_SECONDS" customers_have_begun || customers_failed "placed no order within $FIRST_ORDERS_SECONDS s"
}

customers_have_begun() {
  [[ -s $CHAOS_DIR/ledger.jsonl ]] || ! customers_are_there
}

# customers_failed HOW
customers_failed() {
  tail -n 5 "$CHAOS_DIR/customers.log" | sed 's/^/  | /' >&2
  die "the customers $1, so the run ends without a verdict; see $(short_path "$CHAOS_DIR/customers.log")"
}

customers_are_gone() {
  ! customers_are_there
}

customers_are_there() {
  kill -0 "$CUSTOMERS_PID" 2>/dev/null
}

# The last answers are waited for.
customers_stop() {
  say "No more orders; waiting for the last answers"
  kill "$CUSTOMERS_PID" 2>/dev/null || true
  wait_until "$LAST_ANSWERS_SECONDS" customers_are_gone || customers_failed "have no last answer after $LAST_ANSWERS_SECONDS s"
  wait "$CUSTOMERS_PID" || customers_failed "ended in disorder"
  CUSTOMERS_PID=''
  LOAD_ENDED=$(date -u +%Y-%m-%dT%H:%M:%S.%NZ)
}

external_stop() {
  [[ -z $EXTERNAL_PID ]] || kill "$EXTERNAL_PID" 2>/dev/null || true
}

customers_kill() {
  if [[ -n $CUSTOMERS_PID ]]; then
    kill -s KILL "$CUSTOMERS_PID" 2>/dev/null || true
    wait "$CUSTOMERS_PID" 2>/dev/null || true
  fi
}

# Where all held, nobody will look into the database again.
chaos_system_down() {
  progress_cancel
  if [[ -d $PROGRAMS_DIR ]]; then
    bash infra/run.sh stop >/dev/null || true
  fi
  external_stop
  if [[ -n ${HOLDS:-} ]]; then
    postgres_remove "$RUN_DIR/postgres"
    redis_remove "$RUN_DIR/redis"
    rm -rf "$RUN_DIR/app" "$CHAOS_DIR/tokens.tsv"
  fi
}
