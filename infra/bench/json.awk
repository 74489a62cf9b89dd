# The results as JSON. Input: the facts, the medians, the errors and the outcomes. What does not apply is left out.
BEGIN { FS = "\t" }

FILENAME == ARGV[1] { add("facts", string($1) ":" (is_number($2) ? $2 : string($2))); next }

FILENAME == ARGV[2] && $1 == "reference" { reference[$2] = $4 }

FILENAME == ARGV[2] { result[++results] = $0; next }

FILENAME == ARGV[3] {
  add("errors", "{" pair("kind", $1) "," pair("shape", $2) "," pair("connections", $3) "," pair("error", $4) "," pair("count", $5) "}")
  next
}

FILENAME == ARGV[4] { add("outcomes", pair($1, $2)) }

END {
  for (i = 1; i <= results; i++) add("results", measurement(result[i]))
  print "{" string("facts") ":{" list["facts"] "},"
  print string("results") ":[\n  " list["results"] "\n],"
  print string("errors") ":[" list["errors"] "],"
  print string("outcomes") ":{" list["outcomes"] "},"
  print pair("stuck", stuck) "," pair("invariants", check) "}"
}

function measurement(line,    column, name, text, i) {
  split(line, column, "\t")
  split("kind shape connections perSecond p50Ms p99Ms errors drainSeconds endToEndPerSecond toldSeconds " \
    "cpuMsEach cpuMsSilos cpuMsApi cpuMsPostgres cpuMsRedis cpuMsKafka silosMiB apiMiB postgresMiB redisMiB kafkaMiB " \
    "bytesPerWaitingJob bytesPerRememberedId bytesMoreThanBefore p50MsFewOrders", name, " ")
  text = pair(name[1], column[1])
  for (i = 2; i in column; i++) if (column[i] != "-") text = text "," pair(name[i], column[i])
  if (column[1] == "load" && reference[column[2]] > 0) text = text "," pair("endToEndToReference", sprintf("%.3f", column[9] / reference[column[2]]))
  return "{" text "}"
}

function add(name, text) {
  if (added[name]++) list[name] = list[name] (name == "results" ? ",\n  " : ",")
  list[name] = list[name] text
}

function pair(name, value) {
  return string(name) ":" (is_number(value) ? value : string(value))
}

function is_number(value) {
  return value ~ /^-?[0-9]+(\.[0-9]+)?$/
}

function string(value) {
  gsub(/\\/, "\\\\", value)
  gsub(/"/, "\\\"", value)
  return "\"" value "\""
}
