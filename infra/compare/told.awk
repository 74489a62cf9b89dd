# What was answered about notifications, for notifications.awk.
# Input: the names and values of jobId, eventType and state, a line each and in this order, and after a list's own the status and the address of its answer.
# Output: for each notification the id of its job, its event, its state, and how often it was in the answers; for each list the order and the status.

BEGIN {
  FS = "\""
  OFS = "\t"
}

$2 == "jobId" {
  id = $4
}

$2 == "eventType" {
  type = $4
}

$2 == "state" {
  told[id]++
  last[id] = type OFS $4
}

/^[0-9]+ http/ {
  split($0, path, "/orders/")
  print path[2] + 0, substr($0, 1, 3)
}

END {
  for (id in told) print id, last[id], told[id]
}
