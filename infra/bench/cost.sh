# What the programs cost: CPU time and memory, as the kernel counts them.
# shellcheck shell=bash disable=SC2034 # its variables are for the other parts

# CPU milliseconds, user and system, of these programs and their children, those that have ended included.
# Postgres serves each connection with a child; one that ends moves from a line of its own to its parent's sums.
cpu_ms() {
  { cat /proc/[0-9]*/stat 2>/dev/null || true; } | awk -v pids="$1" -v per_second="$(getconf CLK_TCK)" '
    BEGIN { n = split(pids, list, " "); for (i = 1; i <= n; i++) ours[list[i]] = 1 }
    {
      pid = $1
      sub(/^.*\) /, "") # the name may hold spaces; what follows begins with field 3, the state
      if (pid in ours || $2 in ours) ticks += $12 + $13 + $14 + $15 # fields 14 to 17: utime, stime, cutime, cstime
    }
    END { printf "%d\n", ticks * 1000 / per_second }'
}

# rss_mib PIDS [DECIMALS]: resident memory.
rss_mib() {
  local pid
  [[ -n $1 ]] || { printf -- '-\n' && return; }
  for pid in $1; do
    cat "/proc/$pid/status" 2>/dev/null || true
  done | awk -v format="%.${2:-0}f\n" '/^VmRSS:/ { kib += $2 } END { printf format, kib / 1024 }'
}

# pss_mib PID [DECIMALS] [LINES]: the memory of a program and its children. What they share counts once: the processes of Postgres share their buffers.
# LINES says which of the kernel's are summed up, Pss by default.
pss_mib() {
  local pid
  [[ -n $1 ]] || { printf -- '-\n' && return; }
  for pid in "$1" $(children "$1"); do
    cat "/proc/$pid/smaps_rollup" 2>/dev/null || true
  done | awk -v format="%.${2:-0}f\n" -v lines="^${3:-Pss}:" '$1 ~ lines { kib += $2 } END { printf format, kib / 1024 }'
}

children() {
  { cat /proc/[0-9]*/stat 2>/dev/null || true; } | awk -v parent="$1" '{ pid = $1; sub(/^.*\) /, ""); if ($2 == parent) print pid }'
}

# cost_begin and, after the load, cost_end REQUESTS: sets CPU_EACH (milliseconds of all programs for each request, then of the silos, the API,
# Postgres, Redis and Kafka alone) and MEMORY, the columns of a measurement.
cost_begin() {
  mapfile -t CPU_BEFORE < <(cpu_of_groups)
}

cost_end() {
  local requests=$1 i
  local -a after
  mapfile -t after < <(cpu_of_groups)
  CPU_EACH=()
  for i in "${!after[@]}"; do
    CPU_EACH+=("$(calc "(${after[i]} - ${CPU_BEFORE[i]}) / $requests" 3)")
  done
  memory
}

cpu_of_groups() {
  local pids
  program_groups | while read -r pids; do
    cpu_ms "$pids"
  done
}

# A line of process ids for each CPU column. The load generator is in none of them.
program_groups() {
  say "$ORDERFLOW_SILO_PIDS $ORDERFLOW_API_PID ${ORDERFLOW_POSTGRES_PID:-} ${ORDERFLOW_REDIS_PID:-} ${ORDERFLOW_KAFKA_PID:-}"
  say "$ORDERFLOW_SILO_PIDS"
  say "$ORDERFLOW_API_PID"
  say "${ORDERFLOW_POSTGRES_PID:-}"
  say "${ORDERFLOW_REDIS_PID:-}"
  say "${ORDERFLOW_KAFKA_PID:-}"
}

memory() {
  MEMORY=("$(rss_mib "$ORDERFLOW_SILO_PIDS")" "$(rss_mib "$ORDERFLOW_API_PID")" "$(pss_mib "${ORDERFLOW_POSTGRES_PID:-}")"
    "$(pss_mib "${ORDERFLOW_REDIS_PID:-}")" "$(rss_mib "${ORDERFLOW_KAFKA_PID:-}")")
}
