# Compares what was answered with what is stored.
# Input: part=ledger, lines of the ledger; part=orders, the lines of orders.sql. With strict=1 the first answer counts.
# Output: a line for each violation, its kind and what it is. Kinds: unanswered, lost (acknowledged, and not in the database), twice (two were given one id),
# unasked (more orders than acknowledged and lost answers explain), unreserved (by the end of its user's name, `-retried`, an order is to be failed).

function violation(kind, what) {
  printf "%s\t%s\n", kind, what
}

BEGIN {
  FS = "\t"
}

part == "ledger" {
  if (!($1 in answer) || answer[$1] != 201 && !strict) answer[$1] = $2
  if ($2 != 201) {
    unknown++
    next
  }

  if ($3 in acknowledged) violation("twice", "order " $3)
  acknowledged[$3] = 1
  next
}

{
  stored[$1] = 1
  if (!($1 in acknowledged)) unasked++
  if ($3 != ($2 ~ /-retried$/ ? "failed" : "reserved")) violation("unreserved", "order " $1 " is " $3)
}

END {
  for (number in answer) {
    if (answer[number] != 201) violation("unanswered", "POST number " number " was answered " answer[number])
  }
  for (id in acknowledged) {
    if (!(id in stored)) violation("lost", "order " id)
  }
  if (unasked > unknown) violation("unasked", unasked " orders were never acknowledged, and " unknown + 0 " answers were lost or no 201")
}
