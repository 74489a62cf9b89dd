# The curve, a row for each minute: of memory the mean of its samples, of queues the most that was seen in it.
# Columns of a sample: second; MiB of silos, API, Postgres, Postgres without its shared buffers, Redis and Kafka; events in the outbox;
# notifications waiting, active, delayed, and sent since the load began.
BEGIN {
  FS = "\t"
  FIRST_DEPTH = 8
  SENT = 12
  printf "\n%6s   %8s %8s %8s %12s %8s %8s   %8s %8s %8s %8s   %8s\n", "", "MiB:", "", "", "Postgres", "", "", "outbox", "waiting", "active", "delayed", "sent/s"
  printf "%6s   %8s %8s %8s %12s %8s %8s   %8s %8s %8s %8s\n", "minute", "silos", "API", "Postgres", "less buffers", "Redis", "Kafka", "most", "most", "most", "most"
}

{
  if (int(($1 + 59) / 60) != minute) {
    row()
    minute = int(($1 + 59) / 60)
    samples = 0
  }
  samples++
  for (i = 2; i < FIRST_DEPTH; i++) {
    if (samples == 1) value[i] = 0
    value[i] = $i == "-" ? "-" : value[i] + $i
  }
  for (i = FIRST_DEPTH; i < SENT; i++) if (samples == 1 || $i > value[i]) value[i] = $i
  sent = $SENT
  second = $1
}

END { row() }

function row(    i) {
  if (!samples) return
  for (i = 2; i < FIRST_DEPTH; i++) if (value[i] != "-") value[i] = sprintf("%.1f", value[i] / samples)
  printf "%6d   %8s %8s %8s %12s %8s %8s   %8s %8s %8s %8s   %8.1f\n", minute, value[2], value[3], value[4], value[5], value[6], value[7],
    value[8], value[9], value[10], value[11], (sent - sent_before) / (second - second_before)
  sent_before = sent
  second_before = second
}
