# The tables people read. Input: the facts (name, value), then the medians.
BEGIN { FS = "\t" }

FILENAME == ARGV[1] { fact[$1] = $2; next }

{ line[++lines] = $0 }

$1 == "reference" { reference[$2] = $4 }

END {
  printf "\n%s cores (%s), %s MiB, Linux %s; commit %s, %s silo(s)\n", fact["cores"], fact["cpu"], fact["memoryMiB"], fact["kernel"], fact["commit"], fact["silos"]
  printf "PostgreSQL %s, %s: fsync %s, synchronous_commit %s, full_page_writes %s, shared_buffers %s\n", fact["server_version"], fact["postgres"], fact["fsync"],
    fact["synchronous_commit"], fact["full_page_writes"], fact["shared_buffers"]
  printf "%s orders stored before; %s s each, %s\n", fact["orders_before"], fact["seconds"],
    (fact["rounds"] == 1 ? "one round" : "medians of " fact["rounds"] " rounds")
  for (i = 1; i <= lines; i++) {
    split(line[i], column, "\t")
    if (column[1] != kind) heading(kind = column[1])
    if (kind == "load") load()
    if (kind == "read") read()
    if (kind == "reference") base()
  }
}

function heading(kind) {
  if (kind == "load")
    printf "\n%-8s %5s %10s %8s %8s %6s %7s %12s %11s   %-36s %s\n", "orders", "conns", "accepted/s", "p50 ms", "p99 ms", "errors", "drain s",
      "end-to-end/s", "/ reference", "CPU ms/order: silos + API + Postgres", "MiB: silos, API, Postgres"
  if (kind == "read")
    printf "\n%-8s %5s %10s %8s %8s %6s   %-36s %s\n", "reads", "conns", "reads/s", "p50 ms", "p99 ms", "errors",
      "CPU ms/read: silos + API + Postgres", "MiB: silos, API, Postgres"
  if (kind == "reference")
    printf "\n%-8s %5s %10s %6s   %-36s %s\n", "pgbench", "conns", "orders/s", "errors", "CPU ms/order: Postgres", "MiB: Postgres"
}

function load() {
  printf "%-8s %5s %10s %8.2f %8.2f %6s %7s %12s %11s   %-36s %s\n", column[2], column[3], column[4], column[5], column[6], column[7], column[8],
    column[9], ratio(column[9], reference[column[2]]), cpu(), memory()
}

function read() {
  printf "%-8s %5s %10s %8.2f %8.2f %6s   %-36s %s\n", column[2], column[3], column[4], column[5], column[6], column[7], cpu(), memory()
}

function base() {
  printf "%-8s %5s %10s %6s   %-36s %s\n", column[2], column[3], column[4], column[7], column[10], column[16]
}

function cpu() {
  return column[10] ": " column[11] " + " column[12] " + " column[13]
}

function memory() {
  return column[14] ", " column[15] ", " column[16]
}

function ratio(rate, of) {
  return of > 0 ? sprintf("%.2f", rate / of) : "-"
}
