#!/usr/bin/env bash
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
for library in common progress apt ports http keys dotnet process settings postgres redis services; do
  # shellcheck source=/dev/null
  source "infra/lib/$library.sh"
done

usage() {
  cat <<'END'
usage: bash infra/fault.sh TARGET ACTION

Injects a fault into a service that infra/run.sh started, or ends it. Returns when that is done; .run/env then has the new process ids.

  silo N    kill | stop | pause | resume | start
  api [N]   kill | stop | pause | resume | start
  postgres  kill | stop | start | restart | kill-backends | crash-backend
  redis     kill | stop | pause | resume | start
  kafka     down [N] | up [N]

  kill           SIGKILL; of Postgres, to every process
  stop           SIGTERM; waits for the exit
  pause, resume  SIGSTOP, SIGCONT
  start          starts it again with the same ports and settings; waits until it is ready
  kill-backends  terminates all connections to Postgres
  crash-backend  SIGKILL to one backend: Postgres terminates all others and recovers as after a crash
  down, up       the embedded broker, or broker N of several, refuses all connections; then accepts them on the same port, with its records
END
}

main() {
  local target=${1:-}
  case $target in
    --help | -h)
      usage
      exit 0
      ;;
    '')
      usage >&2
      exit 2
      ;;
  esac
  [[ " ${SERVICES[*]} " == *" $target "* ]] || die "'$target' is not a valid target; targets are: ${SERVICES[*]}"
  [[ -f $ENV_FILE ]] || die "OrderFlow is not running; 'bash infra/run.sh' starts it"
  shift
  # Also after a failure half-way.
  trap write_env EXIT
  "service_${target}_fault" "$@"
}

main "$@"
