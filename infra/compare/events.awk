# Compares the events there must be with those that lie on Kafka.
# Input: part=expected, the lines of events.sql; part=records: topic, partition, offset, key, headers (name=value, apart by commas) and value, in the order
# of each partition. Records of other users than those whose names begin with `users` are passed over.
# Output: a line for each violation, its kind and what it is. Kinds: missing, unexpected, changed (the same id with something else to say), order, dropped
# (Kafka does not have the oldest records any more); and one line `repeats` with how many records were there before.

function header(name, headers) {
  return match(headers, "(^|,)" name "=[^,]*") ? substr(headers, RSTART + length(name) + 1 + (RSTART > 1), RLENGTH - length(name) - 1 - (RSTART > 1)) : ""
}

function violation(kind, what) {
  printf "%s\t%s\n", kind, what
}

# says(VALUE, NAME, NUMBER): of JSON with spaces or without them.
function says(value, name, number) {
  return match(value, "\"" name "\": *" number "[,}]")
}

function is_ours(value) {
  return match(value, "\"userId\": *\"" users)
}

BEGIN {
  FS = "\t"
}

part == "expected" {
  topic_of[$1] = $2
  next
}

!(($1, $2) in last_offset) && $3 != 0 {
  violation("dropped", $1 "/" $2 " begins at offset " $3)
}

{
  last_offset[$1, $2] = $3
}

!is_ours($6) {
  next
}

{
  id = header("ce_id", $5)
  what = id " at " $1 "/" $2 "/" $3
  split(id, order_and_version, "-")
  order = order_and_version[1]
  version = order_and_version[2] + 0
  place = $1 SUBSEP order
  if (place in partition_of && partition_of[place] != $2) violation("order", what " is in another partition than the event before it")
  partition_of[place] = $2
}

id in said {
  repeats++
  if (said[id] != $1 FS $4 FS $5 FS $6) violation("changed", what " says something else than before")
  next
}

{
  said[id] = $1 FS $4 FS $5 FS $6
}

topic_of[id] != $1 || header("ce_type", $5) != $1 || $4 != order {
  violation("unexpected", what ", type " header("ce_type", $5) ", key " $4 ": the database has " (topic_of[id] == "" ? "no such event" : topic_of[id]))
}

!says($6, "orderId", order) || !says($6, "version", version) {
  violation("unexpected", what " is of another order or version by its value")
}

{
  if (version < last_version[place]) violation("order", what " comes after version " last_version[place])
  last_version[place] = version
}

END {
  for (id in topic_of) {
    if (!(id in said) && topic_of[id] != "") violation("missing", id " on " topic_of[id])
  }
  violation("repeats", repeats + 0)
}
