# The system under test: the one that infra/run.sh started, or one that is started here and stopped afterwards.
# shellcheck shell=bash

SYSTEM_STARTED_HERE=''

# system_up [OPTIONS OF infra/run.sh...]: starts a system, with the exported settings, if none runs.
system_up() {
  if ! system_is_up; then
    say "OrderFlow does not run here; starting it"
    SYSTEM_STARTED_HERE=yes
    bash infra/run.sh --detach --port "$(free_port)" "$@"
    system_is_up || die "infra/run.sh started OrderFlow, but it does not answer"
  fi
}

# Loads .run/env.
system_is_up() {
  [[ -f $RUN_DIR/env ]] || return 1
  # shellcheck source=/dev/null
  source "$RUN_DIR/env"
  http_is_ok "$ORDERFLOW_API/health"
}

system_down() {
  if [[ -n $SYSTEM_STARTED_HERE ]]; then
    bash infra/run.sh stop
  fi
}
