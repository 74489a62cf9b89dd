# Whether all holds that must, once everything is up again.
# shellcheck shell=bash disable=SC2153,SC2034 # some variables are of other parts

FINAL_SECONDS=60     # after the last fault every order is in a final state
SETTLED_SECONDS=180  # how long that is waited for, to know how late it was
EXPIRED_SECONDS=180  # how long is waited for the last orders to expire, which are reserved for a minute
JOBS_SECONDS=60
LATE_SECONDS=60      # LongestDelay of Judging/Comparison.cs
MOST_FAILED_PERCENT=5 # of requests, at the first try
MAX_CALM_MS=1000      # a p99 above it before the first fault: the machine cannot carry the load

judge() {
  local name
  await_settled
  await_expired
  await_jobs
  say "Comparing"
  read_database "$CHAOS_NAME"
  read_kafka
  compare_events "$CHAOS_NAME" >>"$VIOLATIONS"
  (customers verify)
  (customers weather) >"$CHAOS_DIR/weather.txt"
  await_notifications
  for name in $(programs_down); do
    note_ended "$name"
  done
  report | tee "$CHAOS_DIR/verdicts.txt"
  BROKEN=$(grep -c '^FAILED' "$CHAOS_DIR/verdicts.txt" || true)
  say "What was compared, and all logs: $(short_path "$CHAOS_DIR")"
  ((BROKEN == 0)) || die "$BROKEN of the things that must hold do not. The same again: bash infra/chaos.sh $(same_again)"
  HOLDS=yes
  say "Everything holds."
}

same_again() {
  case $MODE in
    night) say "--minutes $MINUTES --seed $SEED --rate $RATE" ;;
    *) say "--$MODE --seed $SEED --rate $RATE" ;;
  esac
}

await_settled() {
  FINAL_AFTER=never
  say "Waiting until no order is under way and no event waits"
  if wait_until "$SETTLED_SECONDS" is_settled "$CHAOS_NAME" "$LOAD_ENDED"; then
    FINAL_AFTER=$(add "$(uptime_now)" "-$LAST_HEALED")
  fi
}

# What changes of itself must not do so while it is compared.
await_expired() {
  say "Waiting until all orders have expired that do"
  wait_until "$EXPIRED_SECONDS" has_expired || true
}

has_expired() {
  none_is_to_expire "$CHAOS_NAME" && is_settled "$CHAOS_NAME"
}

await_jobs() {
  wait_until "$JOBS_SECONDS" no_job_is_left || true
}

no_job_is_left() {
  STATS=$(http --header "Authorization: Bearer $ADMIN_TOKEN" "$ORDERFLOW_API/notifications/stats") &&
    grep -q '"waiting":0,"active":0,"delayed":0,' <<<"$STATS"
}

report() {
  say ""
  cat "$CHAOS_DIR/weather.txt"
  report_requests
  report_orders
  compare_verdicts
  verdict "no notification waits any more, and none was given up" "$(counted_sends)" < <(
    grep -q '"waiting":0,"active":0,"delayed":0,.*"deadLettered":0' <<<"$STATS" || say "${STATS:-the API did not answer}"
  )
  [[ $MODE != external ]] || report_mails
  verdict_on_stock "$CHAOS_DIR/check.log"
  verdict_on ended "no program ended by itself" "$((CHAOS_SILOS + CHAOS_APIS)) silos and APIs"
  report_run
}

# A mail's Message-ID begins with its job's id. No silo was killed, so that no mail was sent twice.
report_mails() {
  local deferred mails=$CHAOS_DIR/mails.tsv
  deferred=$(grep -c $'\tdeferred\t' "$mails" || true)
  verdict "every notification is one mail, though $deferred were deferred" "$(grep -c $'\taccepted\t' "$mails" || true) mails" < <(
    ((deferred > 0)) || say "none was deferred"
    awk -F '\t' '
      FNR == NR { if ($2 == "accepted") { split($4, id, "[<@]"); mails[id[2]]++ } next }
      NF == 4 { state[$1] = $3 }
      END {
        for (job in state) if (state[job] == "sent" && !mails[job]) print job " is sent and no mail"
        for (job in mails) if (mails[job] > 1) print job " is " mails[job] " mails"
      }' "$mails" "$TOLD"
  )
}

# Where nothing was asked for, or nothing happened, all of the above holds and means nothing.
report_run() {
  local faults planned acknowledged confirmed fulfilled expired adjusted restocked imported crossings
  acknowledged=$(count_of acknowledged)
  confirmed=$(count_of confirmed)
  fulfilled=$(count_of fulfilled)
  expired=$(count_of expired)
  adjusted=$(count_of adjusted)
  restocked=$(count_of restocked)
  imported=$(count_of imported)
  crossings=$(count_of crossings)
  faults=$(wc -l <"$FAULTS")
  planned=$(wc -l <"$SCHEDULE")
  verdict_on unwritten "every errand of the customers, and every change of stock, is in the ledger, once" "$(count_of errands) errands"
  verdict "customers were given orders" "${acknowledged:-0} acknowledged" < <(((acknowledged > 0)) || say "none")
  verdict "orders were confirmed and fulfilled, and expired" "$confirmed, $fulfilled and $expired" < <(
    ((confirmed > 0 && fulfilled > 0 && expired > 0)) || say "$confirmed, $fulfilled and $expired"
  )
  verdict "stock was adjusted, restocked and imported, and ran low" "$adjusted, $restocked and $imported; thresholds crossed $crossings times" < <(
    ((adjusted > 0 && restocked > 0 && imported > 0 && crossings > 0)) || say "$adjusted, $restocked, $imported and $crossings"
  )
  verdict "every fault of the schedule struck" "$faults faults" < <(((faults > 0 && faults == planned)) || say "$faults of $planned")
  if [[ $MODE == once ]]; then verdict_on_others slow; else verdict_on_others; fi
}

# in_time VERDICT...: a verdict on how long things take. A short run gives it only where the machine carries the load when nothing is wrong.
in_time() {
  local calm what=$2
  calm=$(count_of calm-p99-ms)
  [[ $1 == verdict ]] || what=$3
  if [[ $MODE == once ]] && ((calm > MAX_CALM_MS)); then
    say "-       $what: not judged, for the machine cannot carry the load; the p99 was $calm ms before the first fault"
    [[ $1 == verdict ]] || JUDGED+=" $2"
  else
    "$@"
  fi
}

report_requests() {
  local requests first
  requests=$(count_of requests)
  first=$(count_of failed-at-first)
  if [[ $MODE == once ]]; then
    say "-       $first of $requests requests failed at the first try: not judged, for there is hardly a moment without a fault"
  else
    verdict "at most $MOST_FAILED_PERCENT % of requests fail at the first try" "$first of $requests, $(awk "BEGIN { printf \"%.2f\", ${requests:-0} ? 100 * ${first:-0} / ${requests:-1} : 0 }") %" < <(
      ((requests > 0 && first * 100 <= requests * MOST_FAILED_PERCENT)) || say "$first of $requests"
    )
    verdict_on slow "after a silo was killed the p99 of orders is above 1 s for at most 10 s" "$(grep -c 'silo-kill' "$FAULTS" || true) times"
  fi
  in_time verdict_on unanswered "$(if [[ $MODE == roll ]]; then say 'no request fails after one retry'; else say 'no request fails for good, tried again with the same key'; fi)" "$requests requests"
  verdict_on refused "no request is refused that is in order" "$requests requests"
  [[ ! -e $CHAOS_DIR/stops.tsv ]] ||
    verdict "a silo that is asked to stop is out within $SILO_LIMIT_SECONDS s" "$(paste -sd ' ' "$CHAOS_DIR/stops.tsv" | sed 's/\t/ after /g; s/ silo/ s, silo/g') s" < <(
      awk -F '\t' -v limit="$SILO_LIMIT_SECONDS" '$2 > limit { print $1 " after " $2 " s" }' "$CHAOS_DIR/stops.tsv"
    )
}

report_orders() {
  local acknowledged stored
  acknowledged=$(count_of acknowledged)
  stored=$(count_of stored)
  in_time verdict "every order is final within $FINAL_SECONDS s of the last fault" "$FINAL_AFTER s" < <(
    awk "BEGIN { exit !(\"$FINAL_AFTER\" != \"never\" && \"$FINAL_AFTER\" + 0 <= $FINAL_SECONDS) }" || say "after $FINAL_AFTER s"
  )
  verdict_on unfinal "every order is reserved, failed, cancelled, confirmed or fulfilled" "$stored orders"
  verdict_on lost "every acknowledged order is there" "$acknowledged acknowledged"
  verdict_on altered "every order is what was ordered" "$stored orders"
  verdict_on undone "what was cancelled, deleted, confirmed or fulfilled stays so" "$(count_of operations) operations"
  verdict_on unexpired "orders expire where their time is over and nobody confirmed them, and only there" "$(count_of expired) expired"
  in_time verdict_on late "every order expires within $LATE_SECONDS s of its time" "$(count_of expired) expired"
  verdict_on failed "no order failed but for want of stock" "$stored orders"
  verdict_on twice "no two keys were given one order" "$acknowledged acknowledged"
  verdict_on forgotten "a key brings back what it was used for" "$(count_of repeated) keys used again"
  verdict_on unasked "there is no order that nobody asked for" "$stored orders"
  verdict_on unbalanced "the movements of each product add up to its stock, and were never below zero" "$(count_of products) products"
  verdict_on unexplained "orders moved what they hold, or what left with them, and nothing else" "$stored orders"
  verdict_on unapplied "every change of stock by an admin was made once" "$(count_of adjusted), $(count_of restocked) and $(count_of imported) changes"
  verdict_on unannounced "every crossing of a threshold is on Kafka, in order" "$(count_of crossings) crossings"
  verdict_on untold "what customers were answered is told on Kafka" "$acknowledged acknowledged"
}

count_of() {
  awk -F '\t' -v name="$1" '$1 == name { print $2 }' "$CHAOS_DIR/counts.tsv"
}

# What the log senders wrote; a killed silo may have taken its last lines with it.
counted_sends() {
  grep -ohE "Notification [0-9]+-[0-9]+ to $CHAOS_NAME-" "$LOG_DIR"/silo-*.log | sort | uniq -c |
    awk '{ sends += $1 } END { printf "%d sends logged, %d of them repeats", sends, sends - NR }'
}
