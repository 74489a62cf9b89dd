# Waiting until the world knows: every event is published, and the customers of all orders are told.
# shellcheck shell=bash

TOLD_SECONDS=180 # the embedded broker drops without a word what it has no room for: what was not sent by then never will be

# telling_begins and, once a load has drained, await_told KIND SHAPE CONNECTIONS: the notifications that are sent in between are those of the load.
telling_begins() {
  read_queue || die "the API does not say how the notifications stand"
  [[ $(queue_has paused) == false ]] || die "the notifications are paused; POST /notifications/resume lets them go on"
  SENT_BEFORE=$(queue_has processed)
  TELLING_BEGAN=$(ask "SELECT now()")
}

await_told() {
  SETTLED=$(orders_settled)
  wait_until "$TOLD_SECONDS" all_are_told || true
  if (($(missing) > 0)); then
    warn "error: $(missing) of $SETTLED notifications are missing $TOLD_SECONDS s after their orders were settled (the queue: $QUEUE)"
    went_wrong "$1" "$2" "$3" notifications-missing "$(missing)"
  elif (($(missing) < 0)); then
    warn "error: $((-$(missing))) notifications more than the $SETTLED orders have were sent: somebody else is at work here, too"
    went_wrong "$1" "$2" "$3" notifications-too-many "$((-$(missing)))"
  fi
  outbox_is_empty || went_wrong "$1" "$2" "$3" events-not-published "$(ask "SELECT count(*) FROM outbox")"
}

# The orders that customers are told of. By time, so that the index finds them and those of earlier loads cost nothing.
orders_settled() {
  ask "SELECT count(*) FROM orders WHERE status IN ('reserved', 'failed') AND created_at >= '$TELLING_BEGAN'"
}

# The outbox last: psql costs more than the API, and few events are left there by then.
all_are_told() {
  read_queue && queue_is_empty && (($(missing) <= 0)) && outbox_is_empty
}

# How many more are to be sent; less than none where somebody else's were sent, too.
missing() {
  say "$((SETTLED - $(queue_has processed) + SENT_BEFORE))"
}

outbox_is_empty() {
  [[ $(ask "SELECT EXISTS (SELECT FROM outbox)") == f ]]
}

# Sets QUEUE to what the queue says of itself.
read_queue() {
  local answer
  answer=$(as_admin "$ORDERFLOW_API/notifications/stats") && QUEUE=$answer
}

# queue_has NAME: one of the values that read_queue has read.
queue_has() {
  [[ $QUEUE =~ \"$1\":([a-z0-9]+) ]] || die "the API does not say how many notifications are '$1': $QUEUE"
  say "${BASH_REMATCH[1]}"
}

queue_is_empty() {
  (($(queue_has waiting) + $(queue_has active) + $(queue_has delayed) == 0))
}
