-- Reclaims jobs that another worker has held for longer than a lease. A job whose workers keep dying becomes a dead letter.
-- XPENDING and XCLAIM rather than XAUTOCLAIM: they return the count of deliveries, which is part of the lease, name entries that are gone, and
-- do not stop at jobs whose workers are alive.
-- KEYS: see shared.lua
-- ARGV: 1 now, 2 retention, 3 worker, 4 max jobs, 5 lease ms, 6 max deaths of workers during one attempt, 7 max dead letters
-- Result: {claims, see to_claim; ids of dead-lettered jobs, ids of the oldest dead letters, purged beyond the limit},
-- all empty while the queue is paused

local reclaimed, dead_lettered, purged = {}, {}, {}
if redis.call('EXISTS', paused) == 1 then return { reclaimed, dead_lettered, purged } end

local pending = redis.pcall('XPENDING', jobs, GROUP, 'IDLE', ARGV[5], '-', '+', ARGV[4])
if pending.err and not string.find(pending.err, 'NOGROUP', 1, true) then return pending end

for _, lost in ipairs(pending) do
  local ref, deaths = lost[1], lost[4]
  local entry = get_entry(jobs, ref)
  if not entry then
    redis.call('XACK', jobs, GROUP, ref)
  elseif deaths >= tonumber(ARGV[6]) then
    local job = to_table(entry[2])
    remove_claimed(ref)
    job.attempts = job.attempts + 1
    for _, id in ipairs(dead_letter(job, 'its worker died ' .. deaths .. ' times', ARGV[7])) do purged[#purged + 1] = id end
    dead_lettered[#dead_lettered + 1] = job.id
  else
    redis.call('XCLAIM', jobs, GROUP, ARGV[3], 0, ref)
    reclaimed[#reclaimed + 1] = to_claim(entry, deaths + 1)
  end
end
return { reclaimed, dead_lettered, purged }
