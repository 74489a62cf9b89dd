# The tables people read. Input: the facts (name, value), then the medians.
BEGIN {
  FS = "\t"
  JOBS_A_SECOND = 3000
  BYTES_OF_A_JOB = 1024
  BYTES_OF_AN_ID = 100
  TIMES_AS_LONG = 2
}

FILENAME == ARGV[1] { fact[$1] = $2; next }

{ line[++lines] = $0 }

$1 == "reference" { reference[$2] = $4 }

END {
  printf "\n%s cores (%s), %s MiB, Linux %s; commit %s, %s silo(s)\n", fact["cores"], fact["cpu"], fact["memoryMiB"], fact["kernel"], fact["commit"], fact["silos"]
  printf "PostgreSQL %s, %s: fsync %s, synchronous_commit %s, full_page_writes %s, shared_buffers %s\n", fact["server_version"], fact["postgres"], fact["fsync"],
    fact["synchronous_commit"], fact["full_page_writes"], fact["shared_buffers"]
  printf "Redis %s; Kafka: %s\n", fact["redis"], fact["kafka"]
  printf "%s orders stored before; %s s each, %s\n", fact["orders_before"], fact["seconds"],
    (fact["rounds"] == 1 ? "one round" : "medians of " fact["rounds"] " rounds")
  for (i = 1; i <= lines; i++) {
    split(line[i], column, "\t")
    if (column[1] != kind) heading(kind = column[1])
    if (kind == "load") load()
    if (kind == "read") read()
    if (kind == "reference") base()
    if (kind == "queue") queue()
    if (kind == "list") list()
  }
}

function heading(kind) {
  if (kind == "load")
    printf "\n%-8s %5s %10s %8s %8s %6s %7s %12s %11s %7s   %-54s %s\n", "orders", "conns", "accepted/s", "p50 ms", "p99 ms", "errors", "drain s",
      "end-to-end/s", "/ reference", "told s", "CPU ms/order: silos + API + Postgres + Redis + Kafka", "MiB: silos, API, Postgres, Redis, Kafka"
  if (kind == "read")
    printf "\n%-8s %5s %10s %8s %8s %6s   %-54s %s\n", "reads", "conns", "reads/s", "p50 ms", "p99 ms", "errors",
      "CPU ms/read: silos + API + Postgres + Redis + Kafka", "MiB: silos, API, Postgres, Redis, Kafka"
  if (kind == "reference")
    printf "\n%-8s %5s %10s %6s   %-54s %s\n", "pgbench", "conns", "orders/s", "errors", "CPU ms/order: Postgres", "MiB: Postgres"
  if (kind == "list")
    printf "\n%-8s %18s %18s %8s target <= %d\n", "lists", "p50 ms, few orders", "p50 ms, 1,000,000", "ratio", TIMES_AS_LONG
  if (kind == "queue")
    printf "\n%-36s %10s   %s\n", "queue", "measured", "target"
}

function list() {
  printf "%-8s %18s %18s %8s %s\n", column[2], column[25], column[5], ratio(column[5], column[25]), (column[5] <= TIMES_AS_LONG * column[25] ? "met" : "missed")
}

function load() {
  printf "%-8s %5s %10s %8.2f %8.2f %6s %7s %12s %11s %7s   %-54s %s\n", column[2], column[3], column[4], column[5], column[6], column[7], column[8],
    column[9], ratio(column[9], reference[column[2]]), column[10], cpu(), memory()
}

function read() {
  printf "%-8s %5s %10s %8.2f %8.2f %6s   %-54s %s\n", column[2], column[3], column[4], column[5], column[6], column[7], cpu(), memory()
}

function base() {
  printf "%-8s %5s %10s %6s   %-54s %s\n", column[2], column[3], column[4], column[7], column[11], column[19]
}

function queue() {
  aim("jobs sent a second", column[4], ">=", JOBS_A_SECOND, column[4] >= JOBS_A_SECOND)
  aim("bytes of Redis, a waiting job", column[22], "<=", BYTES_OF_A_JOB, column[22] <= BYTES_OF_A_JOB)
  aim("bytes of Redis, a remembered id", column[23], "<", BYTES_OF_AN_ID, column[23] < BYTES_OF_AN_ID)
  printf "%-36s %10s\n", "bytes of Redis more than before, a job", column[24]
  printf "CPU ms/job: silos + API + Postgres + Redis + Kafka: %s; MiB: %s\n", cpu(), memory()
}

function aim(what, measured, sign, target, met) {
  printf "%-36s %10s   %-10s %s\n", what, measured, sign " " target, (met ? "met" : "missed")
}

function cpu() {
  return column[11] ": " column[12] " + " column[13] " + " column[14] " + " column[15] " + " column[16]
}

function memory() {
  return column[17] ", " column[18] ", " column[19] ", " column[20] ", " column[21]
}

function ratio(rate, of) {
  return of > 0 ? sprintf("%.2f", rate / of) : "-"
}
