# The schedule: which fault strikes when, on whom, and for how long. Drawn by the seed alone.
# shellcheck shell=bash disable=SC2153,SC2034 # the options are in infra/chaos.sh

FAULT_KINDS=(silo-kill silo-stop silo-pause postgres-restart postgres-crash postgres-hang-up redis-kill kafka-away api-kill)
FIRST_FAULT_SECONDS=20 # the programs compile what they run meanwhile
RAMP_SECONDS=60 # in which as many customers come as a roll is to have; at once they would meet programs that have compiled nothing yet
READY_SECONDS=30 # how long a silo is up before the next one is asked to stop: minReadySeconds of infra/k8s/base/silo.yaml
LAST_FAULT_SECONDS=15 # so long before the end the last one is over

# draw COUNT: a number from 0 to COUNT - 1, in DRAWN. Not $RANDOM, whose numbers depend on the version of bash.
draw() {
  DRAW_STATE=$(((DRAW_STATE * 1103515245 + 12345) & 0x7fffffff))
  DRAWN=$(((DRAW_STATE >> 12) % $1))
}

# draw_between LEAST MOST
draw_between() {
  draw $(($2 - $1 + 1))
  DRAWN=$((DRAWN + $1))
}

# A line for each fault: when it strikes at the earliest, counted from the first order; its kind, whom it strikes, and for how many seconds.
draw_schedule() {
  SCHEDULE=$CHAOS_DIR/schedule.tsv
  DRAW_STATE=$SEED
  draw 1000 # seeds that lie side by side begin alike
  "schedule_$MODE" >"$SCHEDULE"
  say "Seed $SEED: $(wc -l <"$SCHEDULE") faults, $RATE orders a second"
  awk -F '\t' '{ printf "  %5d s  %-16s %-2s %s\n", $1, $2, $3, $4 ? "for " $4 " s" : "" }' "$SCHEDULE" | sed 's/ *$//'
}

# Round after round of every kind, of killed silos twice, each in an order of its own, until the time is over.
schedule_night() {
  local clock=$FIRST_FAULT_SECONDS kind
  while true; do
    shuffle_kinds silo-kill
    for kind in "${SHUFFLED[@]}"; do
      draw_fault "$kind"
      ((clock + HOLD + AFTERWARDS + LAST_FAULT_SECONDS <= MINUTES * 60)) || return 0
      schedule_line "$clock" "$kind"
      draw_between 8 14
      clock=$((clock + HOLD + AFTERWARDS + DRAWN))
    done
  done
}

# One round with little time for anything.
schedule_once() {
  local clock=$FIRST_FAULT_SECONDS kind
  shuffle_kinds
  for kind in "${SHUFFLED[@]}"; do
    draw_fault "$kind"
    HOLD=$((HOLD > 8 ? 8 : HOLD)) # long enough to declare a silo dead
    schedule_line "$clock" "$kind"
    clock=$((clock + HOLD + 4))
  done
}

schedule_roll() {
  local n
  for ((n = 1; n <= CHAOS_SILOS; n++)); do
    printf '%s\tsilo-stop\t%s\t0\n' $((RAMP_SECONDS + FIRST_FAULT_SECONDS + (n - 1) * READY_SECONDS)) "$n"
  done
}

schedule_external() {
  VICTIM=''
  HOLD=90
  schedule_line "$FIRST_FAULT_SECONDS" mail-deferred
  HOLD=300
  schedule_line $((FIRST_FAULT_SECONDS + 90)) provider-away
}

# schedule_line CLOCK KIND
schedule_line() {
  printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$VICTIM" "$HOLD"
}

# shuffle_kinds [MORE...]: all kinds, and those, in SHUFFLED.
shuffle_kinds() {
  local i kind
  SHUFFLED=("${FAULT_KINDS[@]}" "$@")
  for ((i = ${#SHUFFLED[@]} - 1; i > 0; i--)); do
    draw $((i + 1))
    kind=${SHUFFLED[i]}
    SHUFFLED[i]=${SHUFFLED[DRAWN]}
    SHUFFLED[DRAWN]=$kind
  done
}

# draw_fault KIND: VICTIM, its number where there are several; HOLD, for how long; AFTERWARDS, about how long it takes to put it right.
draw_fault() {
  VICTIM='' HOLD=0 AFTERWARDS=3
  case $1 in
    silo-kill | silo-stop)
      draw_between 1 "$CHAOS_SILOS"
      VICTIM=$DRAWN
      draw_between 2 8
      HOLD=$DRAWN AFTERWARDS=8
      ;;
    silo-pause)
      draw_between 1 "$CHAOS_SILOS"
      VICTIM=$DRAWN HOLD=20 AFTERWARDS=8
      ;;
    redis-kill)
      draw_between 2 10
      HOLD=$DRAWN
      ;;
    kafka-away)
      draw_between 8 20
      HOLD=$DRAWN
      ;;
    api-kill)
      draw_between 1 "$CHAOS_APIS"
      VICTIM=$DRAWN
      draw_between 0 3
      HOLD=$DRAWN
      ;;
  esac
}
