# Settings of the programs: the environment wins over .env, which wins over development defaults.
# shellcheck shell=bash

# Reads lines NAME=value literally; variables of the environment win.
load_dotenv() {
  local line name
  [[ -f $ROOT/.env ]] || return 0
  while IFS= read -r line || [[ -n $line ]]; do
    [[ $line =~ ^([A-Za-z_][A-Za-z0-9_]*)=(.*)$ ]] || continue
    name=${BASH_REMATCH[1]}
    if [[ -z ${!name+set} ]]; then
      export "$name=${BASH_REMATCH[2]}"
    fi
  done <"$ROOT/.env"
}

# The settings that the silos and the API share.
export_shared_settings() {
  export ASPNETCORE_ENVIRONMENT=${ASPNETCORE_ENVIRONMENT:-Development}
  export Auth__Audience=${Auth__Audience:-orderflow}
  if [[ -z ${Auth__Authority:-}${Auth__JwksUri:-} ]]; then
    export Auth__Issuer=${Auth__Issuer:-orderflow-dev}
    Auth__PublicKeyFile=$(realpath -ms "${Auth__PublicKeyFile:-$PUBLIC_KEY}") # programs run in other directories
    export Auth__PublicKeyFile
  fi
  # A new cluster for each run, so that silos of a killed run are not members. Data belong to the service, not to the cluster.
  export Cluster__ClusterId=${Cluster__ClusterId:-orderflow-$(date -u +%Y%m%d-%H%M%S)}
}

# Saves the exported settings for NAME, with which fault.sh starts it again. They hold passwords.
keep_settings() {
  local name
  (
    umask 077
    for name in $(compgen -e); do
      case $name in
        *__* | ASPNETCORE_* | DOTNET_* | OTEL_*) printf 'export %s=%q\n' "$name" "${!name}" ;;
      esac
    done >"$PROGRAMS_DIR/$1.settings"
  )
}

# setting_of NAME VARIABLE: prints a saved setting.
setting_of() {
  (
    # shellcheck source=/dev/null
    source "$PROGRAMS_DIR/$1.settings"
    printf '%s\n' "${!2}"
  )
}
