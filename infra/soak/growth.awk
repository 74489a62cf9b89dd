# What grows: compares the end of the load with an earlier time, by which all that has a bound should have reached it. A line for each verdict;
# ends with 1 where something grows, or is gone. Columns of a sample: see curve.awk.
# Variables: seconds, how long the load lasted; rate, orders a second.
BEGIN {
  FS = "\t"
  MEMORY_LIMIT = 1.15
  split("- silos API - Postgres Redis Kafka", program, " ") # Postgres without its shared buffers: they fill up as long as the tables grow, to a size that is set
  split("outbox waiting active delayed", depth, " ")
  FIRST_DEPTH = 8
  early = least(240, seconds * 0.4)
  span = least(60, seconds / 10 > 15 ? seconds / 10 : 15)
}

$1 > early - span && $1 <= early { take("early") }

$1 > seconds - span && $1 <= seconds { take("late") }

END {
  if (!samples["early"] || !samples["late"]) {
    print "MISSING  samples: what grows is not known"
    exit 1
  }
  for (i = 1; i in program; i++) if (program[i] != "-") memory(i, program[i])
  for (i = 1; i in depth; i++) queue(FIRST_DEPTH + i - 1, depth[i])
  exit grows
}

function take(when,    i) {
  samples[when]++
  for (i = 1; i < FIRST_DEPTH; i++) sum[when, i] += $i
  for (i = FIRST_DEPTH; i <= NF; i++) if ($i > most[when, i]) most[when, i] = $i
  if (when == "early") at = $1
}

function memory(i, name,    before, after) {
  before = sum["early", i] / samples["early"]
  after = sum["late", i] / samples["late"]
  if (before == 0 && after == 0) return # on another machine
  verdict(after == 0 ? "GONE" : "GROWS", after > 0 && after <= before * MEMORY_LIMIT,
    sprintf("memory of %s: %.1f MiB after %d s, %.1f at the end, %.2f times as much (at most %.2f)", name, before, at, after, before > 0 ? after / before : 0, MEMORY_LIMIT))
}

# What a second brings is under way, not left over.
function queue(i, name) {
  verdict("GROWS", most["late", i] <= most["early", i] + rate,
    sprintf("%s: at most %d after %d s, %d at the end (no more than a second's orders more)", name, most["early", i], at, most["late", i]))
}

# The word stands where it does not hold.
function verdict(word, holds, text) {
  printf "%-6s %s\n", (holds ? "ok" : word), text
  if (!holds) grows = 1
}

function least(a, b) {
  return a < b ? a : b
}
