# One line for each kind, shape and number of connections, in the order of their first measurement: the median of every column.
# An even number of values has two in the middle; the lower one is taken, so that every figure was really measured.
BEGIN { FS = OFS = "\t" }

{
  key = $1 OFS $2 OFS $3
  if (!(key in count)) order[++keys] = key
  n = ++count[key]
  for (column = 4; column <= NF; column++) value[key, column, n] = $column
  columns[key] = NF
}

END {
  for (k = 1; k <= keys; k++) {
    line = order[k]
    for (column = 4; column <= columns[order[k]]; column++) line = line OFS median(order[k], column)
    print line
  }
}

function median(key, column,    n, i, j, sorted, x) {
  n = count[key]
  for (i = 1; i <= n; i++) {
    x = value[key, column, i]
    for (j = i - 1; j >= 1 && sorted[j] + 0 > x + 0; j--) sorted[j + 1] = sorted[j]
    sorted[j + 1] = x
  }
  return sorted[int((n + 1) / 2)]
}
