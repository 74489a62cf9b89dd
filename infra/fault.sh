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

Makes something go wrong, or right again, in what infra/run.sh started. Returns when it is done; .run/env then has the new process ids.

  silo N    kill | stop | pause | resume | start
  api [N]   kill | stop | pause | resume | start
  postgres  kill | stop | start | restart | kill-backends | crash-backend
  redis     kill | stop | pause | resume | start
  kafka     down [N] | up [N]

  kill           SIGKILL: no goodbye. Of Postgres, every process
  stop           SIGTERM, and waits for the end
  pause, resume  SIGSTOP, SIGCONT
  start          the same program with the same ports and settings; waits until it is ready
  kill-backends  ends all connections to Postgres
  crash-backend  SIGKILL to the process of one connection: Postgres ends all others, and recovers as after a crash
  down, up       the embedded broker, or broker N of several, refuses everybody; it is back on the same port, with its records
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
  [[ " ${SERVICES[*]} " == *" $target "* ]] || die "there is no target '$target'; there are: ${SERVICES[*]}"
  [[ -f $ENV_FILE ]] || die "OrderFlow does not run here; 'bash infra/run.sh' starts it"
  shift
  # What is done counts even where it fails half-way.
  trap write_env EXIT
  "service_${target}_fault" "$@"
}

main "$@"
