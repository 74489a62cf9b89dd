# Playing the schedule, with infra/fault.sh as the only lever; and looking after programs that end by themselves, as whatever runs them elsewhere would.
# shellcheck shell=bash disable=SC2153,SC2034 # some variables are of other parts

CALM_SECONDS=10 # of load after the last fault
SILO_LIMIT_SECONDS=60 # what a silo that is asked to stop gives itself: Shutdown.cs
WOKEN_SECONDS=90 # within which a silo finds out that it was declared dead in its sleep: it reads the members once a minute

PAUSED_SILO='' # that may end by itself, until WOKEN_UNTIL
WOKEN_UNTIL=infinity

# Seconds since the machine started, by a clock that nobody sets; the customers write theirs down by the same.
uptime_now() {
  local up
  read -r up _ </proc/uptime
  say "$up"
}

play_schedule() {
  local began offset kind victim hold
  FAULTS=$CHAOS_DIR/faults.tsv
  : >"$FAULTS"
  began=$(uptime_now)
  while IFS=$'\t' read -r -u 3 offset kind victim hold; do
    await_uptime "$(add "$began" "$offset")"
    play_fault "$kind" "$victim" "$hold"
    LAST_HEALED=$(uptime_now)
    [[ $MODE != roll ]] || await_uptime "$(add "$LAST_HEALED" "$READY_SECONDS")"
  done 3< <(sed 's/\t\t/\t-\t/' "$SCHEDULE")
  await_uptime "$(add "$LAST_HEALED" "$CALM_SECONDS")"
}

# add A B
add() {
  awk "BEGIN { printf \"%.2f\", $1 + $2 }"
}

# await_uptime SECONDS: meanwhile what has ended is started again.
await_uptime() {
  while awk "BEGIN { exit !($(uptime_now) < $1) }"; do
    customers_are_there || customers_failed "are gone"
    revive
    sleep 0.2
  done
}

# play_fault KIND VICTIM HOLD
play_fault() {
  local kind=$1 victim=${2#-} hold=$3 struck stopped healed
  struck=$(uptime_now)
  "strike_${kind//-/_}" "$victim"
  if [[ $kind == silo-stop ]]; then
    stopped=$(add "$(uptime_now)" "-$struck")
    printf '%s\t%s\n' "silo-$victim" "$stopped" >>"$CHAOS_DIR/stops.tsv"
  fi
  sleep "$hold"
  "heal_${kind//-/_}" "$victim"
  healed=$(uptime_now)
  printf '%s\t%s\t%s\n' "$struck" "$healed" "$kind${victim:+ $victim}" >>"$FAULTS"
  say "  $kind${victim:+ $victim}: ${stopped:+it was out after $stopped s; }all was up again after $(add "$healed" "-$struck") s"
}

# fault ARGUMENTS...: of infra/fault.sh. Its victim may have ended by itself a moment ago.
fault() {
  try_fault "$@" || { revive && try_fault "$@"; } || fault_failed "$@"
}

try_fault() {
  bash infra/fault.sh "$@" >>"$CHAOS_DIR/faults.log" 2>&1
}

fault_failed() {
  die "infra/fault.sh $* failed, so the run ends without a verdict; see $(short_path "$CHAOS_DIR/faults.log")"
}

# put_right NAME ARGUMENTS...: starts what the run itself has ended. Where that fails nobody has ended by himself, and there is nothing to compare.
put_right() {
  local name=$1
  shift
  [[ $name != "$PAUSED_SILO" ]] || PAUSED_SILO='' # it is another process now
  try_fault "$@" || die "the run ended $name and could not start it again (infra/fault.sh $*), so it ends without a verdict; see $(short_path "$CHAOS_DIR/faults.log")"
}

strike_silo_kill() { fault silo "$1" kill; }
heal_silo_kill() { put_right "silo-$1" silo "$1" start; }

strike_silo_stop() { fault silo "$1" stop; }
heal_silo_stop() { put_right "silo-$1" silo "$1" start; }

strike_silo_pause() {
  PAUSED_SILO=silo-$1 WOKEN_UNTIL=infinity
  fault silo "$1" pause
}

heal_silo_pause() {
  fault silo "$1" resume
  WOKEN_UNTIL=$(add "$(uptime_now)" "$WOKEN_SECONDS")
}

strike_postgres_restart() { put_right postgres postgres restart; }
heal_postgres_restart() { :; }

strike_postgres_crash() { fault postgres crash-backend; }
heal_postgres_crash() { :; }

strike_postgres_hang_up() { fault postgres kill-backends; }
heal_postgres_hang_up() { :; }

strike_redis_kill() { fault redis kill; }
heal_redis_kill() { put_right redis redis start; }

strike_kafka_away() { fault kafka down; }
heal_kafka_away() { fault kafka up; }

strike_api_kill() { fault api "$1" kill; }
heal_api_kill() { put_right "API $1" api "$1" start; }

strike_mail_deferred() { : >"$CHAOS_DIR/mail-deferred"; }
heal_mail_deferred() { rm "$CHAOS_DIR/mail-deferred"; }

strike_provider_away() { : >"$CHAOS_DIR/provider-away"; }
heal_provider_away() { rm "$CHAOS_DIR/provider-away"; }

start_again() {
  case $1 in
    silo-* | api-*) try_fault "${1%-*}" "${1##*-}" start ;;
    *) try_fault "$1" start ;;
  esac
}

# Starts what has ended by itself.
revive() {
  local name
  for name in $(programs_down); do
    say "  $name has ended by itself, and is started again"
    note_ended "$name"
    start_again "$name" ||
      die "$name has ended by itself and could not be started again, so the run ends without a verdict; see $(short_path "$CHAOS_DIR/faults.log")"
  done
}

# note_ended NAME: a silo that slept through its own death is right to end, once and soon; nothing else is.
note_ended() {
  if [[ $1 == "$PAUSED_SILO" ]] && has_just_woken; then
    PAUSED_SILO=''
  else
    printf 'ended\t%s ended by itself\n' "$1" >>"$VIOLATIONS"
  fi
}

has_just_woken() {
  [[ $WOKEN_UNTIL == infinity ]] || awk "BEGIN { exit !($(uptime_now) < $WOKEN_UNTIL) }"
}
