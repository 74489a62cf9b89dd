# Compares the notifications there must be with those that customers can read.
# Input: part=expected, the lines of events.sql; part=told: id of the job and state, the latest line counts.
# Output: a line for each violation, its kind and what it is. Kinds: unsent, untrue (told of an event that there is not).

BEGIN {
  FS = "\t"
}

part == "expected" {
  notifies[$1] = $3
  next
}

{
  state[$1] = $2
}

END {
  for (id in notifies) {
    if (notifies[id] && state[id] != "sent") printf "unsent\t%s is %s\n", id, (state[id] == "" ? "not there" : state[id])
  }
  for (id in state) {
    if (state[id] != "" && !notifies[id]) printf "untrue\t%s is %s\n", id, state[id]
  }
}
