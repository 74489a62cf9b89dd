-- Gives jobs to a worker that another has held for longer than a lease. A job whose workers keep dying becomes a dead letter.
-- XPENDING and XCLAIM rather than XAUTOCLAIM: they tell the count of deliveries, which the lease is made of, name entries that are gone, and
-- do not stop at the jobs of workers that live.
-- KEYS: see shared.lua
-- ARGV: 1 now, 2 remember, 3 worker, 4 the most jobs to give, 5 lease ms, 6 the most workers of a job that may die, 7 the most dead letters
-- Result: {entries {entry, fields, deliveries}, ids of jobs that became dead letters, ids of the oldest dead letters, which went because there were
-- too many}, all empty while the queue is paused

local taken, buried, purged = {}, {}, {}
if redis.call('EXISTS', paused) == 1 then return { taken, buried, purged } end

local pending = redis.pcall('XPENDING', jobs, GROUP, 'IDLE', ARGV[5], '-', '+', ARGV[4])
if pending.err and not string.find(pending.err, 'NOGROUP', 1, true) then return pending end

for _, lost in ipairs(pending) do
  local ref, deaths = lost[1], lost[4]
  local entry = entry_at(jobs, ref)
  if not entry then
    redis.call('XACK', jobs, GROUP, ref)
  elseif deaths >= tonumber(ARGV[6]) then
    local job = read(entry[2])
    take_out(ref)
    job.attempts = job.attempts + 1
    for _, id in ipairs(bury(job, 'its worker died ' .. deaths .. ' times', ARGV[7])) do purged[#purged + 1] = id end
    buried[#buried + 1] = job.id
  else
    redis.call('XCLAIM', jobs, GROUP, ARGV[3], 0, ref)
    taken[#taken + 1] = { ref, entry[2], deaths + 1 }
  end
end
return { taken, buried, purged }
