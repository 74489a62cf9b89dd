# The system that a measurement or a drill is about: one that infra/run.sh has started, or one started here and stopped afterwards.
# shellcheck shell=bash

SYSTEM_STARTED_HERE=''

# system_up OPTIONS...: of infra/run.sh, for a system that is started here; exported settings are for it, too.
system_up() {
  if ! system_is_up; then
    say "OrderFlow does not run here; starting it"
    SYSTEM_STARTED_HERE=yes
    bash infra/run.sh --detach --port "$(free_port)" "$@"
    system_is_up || die "infra/run.sh started OrderFlow, but it does not answer"
  fi
}

# Also takes over .run/env.
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
