# kcat with the silos' Kafka settings: those of the environment, or those that infra/run.sh saved for silo-1.
# shellcheck shell=bash

KCAT_SECONDS=600 # more than reading any topic takes
KCAT_SETTINGS=(SecurityProtocol SaslMechanism SaslUsername SaslPassword SslCaLocation SslCertificateLocation SslKeyLocation SslKeyPassword)

# kcat_run ARGUMENTS...: kcat on ORDERFLOW_KAFKA. Settings may hold a password, so they go through a private file, not through arguments.
kcat_run() {
  local settings
  settings=$(mktemp "$RUN_DIR/kcat.conf.XXXXXX") # mode 600; moved when complete, because another script may read it
  kcat_settings >"$settings"
  mv "$settings" "$RUN_DIR/kcat.conf"
  timeout "${KCAT_TIMEOUT:-$KCAT_SECONDS}" kcat -F "$RUN_DIR/kcat.conf" -b "$ORDERFLOW_KAFKA" "$@"
}

# The settings under librdkafka's names, one a line: all from the environment or all saved, so that a user is never combined with another's password.
kcat_settings() (
  saved=$RUN_DIR/programs/silo-1.settings
  if ! kcat_is_set && [[ -f $saved ]]; then
    # shellcheck source=/dev/null
    source "$saved"
  fi
  for name in "${KCAT_SETTINGS[@]}"; do
    value="Kafka__$name"
    value=${!value:-}
    [[ -n $value ]] || continue
    case $name in
      SecurityProtocol) value=$(kcat_protocol "$value") ;;
      SaslMechanism) value=$(kcat_mechanism "$value") ;;
    esac
    printf '%s=%s\n' "$(kcat_name "$name")" "$value"
  done
)

# Succeeds if the environment has any of the settings.
kcat_is_set() {
  local name variable
  for name in "${KCAT_SETTINGS[@]}"; do
    variable=Kafka__$name
    [[ -z ${!variable:-} ]] || return 0
  done
  return 1
}

# SaslUsername is sasl.username, SslCaLocation is ssl.ca.location.
kcat_name() {
  sed -E 's/([a-z])([A-Z])/\1.\2/g' <<<"$1" | tr '[:upper:]' '[:lower:]'
}

# SaslSsl is SASL_SSL; silos ignore case.
kcat_protocol() {
  case ${1,,} in
    saslssl) printf 'SASL_SSL' ;;
    saslplaintext) printf 'SASL_PLAINTEXT' ;;
    *) printf '%s' "${1^^}" ;;
  esac
}

# ScramSha512 is SCRAM-SHA-512.
kcat_mechanism() {
  case ${1,,} in
    scramsha256) printf 'SCRAM-SHA-256' ;;
    scramsha512) printf 'SCRAM-SHA-512' ;;
    *) printf '%s' "${1^^}" ;;
  esac
}
