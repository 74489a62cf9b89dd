# Compares the notifications there must be with those that customers can read.
# Input: part=expected, the lines of events.sql; part=orders, those of orders.sql; part=told, those of told.awk, the latest of which count.
# Output: a line for each violation, its kind and what it is. Kinds: unsent, untrue (told of what did not happen, or of the same twice), unread (the list of an
# order was not answered as it must be: 200, and 404 once it is deleted). After the kind comes the order's id, and a dash or a space.

function list_must_be(order) {
  return order in stored ? 200 : 404
}

BEGIN {
  FS = "\t"
}

part == "expected" {
  type_of[$1] = $2
  notifies[$1] = $3
  split($1, order_and_version, "-")
  answer[order_and_version[1]] = "not asked for"
  next
}

part == "orders" {
  stored[$1] = 1
  answer[$1] = "not asked for"
  next
}

NF == 2 {
  answer[$1] = $2
  next
}

{
  type[$1] = $2
  state[$1] = $3
  times[$1] = $4
}

END {
  for (order in answer) {
    if (answer[order] != list_must_be(order)) printf "unread\t%s has a list that was answered %s, not %s\n", order, answer[order], list_must_be(order)
  }
  for (id in notifies) {
    if (notifies[id] && state[id] != "sent") printf "unsent\t%s is %s\n", id, (state[id] == "" ? "not there" : state[id])
  }
  for (id in state) {
    if (state[id] == "") continue
    if (!notifies[id] || type[id] != type_of[id]) printf "untrue\t%s is %s, of %s\n", id, state[id], type[id]
    if (times[id] > 1) printf "untrue\t%s is told %s times\n", id, times[id]
  }
}
