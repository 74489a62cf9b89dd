-- What every script of the queue begins with; it is put before each of them.
--
-- KEYS, the same for all scripts (QueueKeys.cs):
--   1 jobs          stream: jobs that wait, and in the pending list of the group 'workers' those that are being sent
--   2 delayed       sorted set: job id -> when its next attempt is due, unix ms
--   3 delayed:jobs  hash: job id -> JSON {job, reason: why the last attempt failed, for a person who looks}
--   4 dead          stream: dead letters
--   5 dead:index    hash: job id -> its entry in dead
--   6 history       stream: messages that were sent
--   7 stats         hash: processed, failed, deadLettered, purged: dead letters that went because there were too many
--   8 paused        exists while no worker takes jobs
--   9 known:        how the key of every shard begins: a hash of all that is known of the jobs of 32 orders,
--                   job id -> "state attempts updatedMs ref type", and 'open' -> how many of them are not finished.
--                   Small shards and values under 64 bytes keep it a listpack, which is what makes an id cheap.
-- ARGV, the same for all scripts that move a job:
--   1 now, unix ms    2 how long a finished job's id is remembered, ms
--
-- All keys share a hash tag, so that those of the shards may be made up here also on a cluster.

local jobs, delayed, delayed_jobs, dead, dead_index, history, stats, paused, known = unpack(KEYS)
local now, remember_ms = ARGV[1], ARGV[2]

local GROUP = 'workers'
local ORDERS_IN_SHARD = 32
local TRIM_AT_ONCE = 100

local function order_of(id)
  return string.match(id, '^%d+')
end

local function shard_of(order)
  return known .. string.format('%.0f', math.floor(order / ORDERS_IN_SHARD))
end

-- The fields of a stream's entry by name.
local function read(fields)
  local named = {}
  for i = 1, #fields, 2 do
    named[fields[i]] = fields[i + 1]
  end
  return named
end

local function entry_at(stream, ref)
  return redis.call('XRANGE', stream, ref, ref)[1]
end

-- A job as the fields of an entry, and others behind them. Where it was queued in which trace stands there only if somebody traced.
local function fields_of(job, ...)
  local fields = { 'id', job.id, 'order', job.order, 'user', job.user, 'type', job.type, 'message', job.message, 'attempts', job.attempts, ... }
  for _, name in ipairs({ 'traceparent', 'tracestate' }) do
    if job[name] then
      fields[#fields + 1] = name
      fields[#fields + 1] = job[name]
    end
  end
  return unpack(fields)
end

-- Puts the job at the end of those that wait. Returns its entry.
local function wait(job)
  return redis.call('XADD', jobs, '*', fields_of(job))
end

-- What is known of the job: {state, attempts, updatedMs, ref, type}; nil where it is not known.
local function recall(id)
  local value = redis.call('HGET', shard_of(order_of(id)), id)
  return value and { string.match(value, '^(%S+) (%S+) (%S+) (%S+) (.*)$') }
end

-- Writes down where the job is now. A shard with jobs that are not finished does not expire: such a job must never be queued a second time.
local function remember(job, state, ref, opened)
  local shard = shard_of(job.order)
  redis.call('HSET', shard, job.id, table.concat({ state, job.attempts, now, ref, job.type }, ' '))
  if redis.call('HINCRBY', shard, 'open', opened) <= 0 then
    redis.call('PEXPIRE', shard, remember_ms)
  elseif opened > 0 then
    redis.call('PERSIST', shard)
  end
end

-- The pending entry {entry, worker, idleMs, deliveries}; nil where it is not pending, or there is no group yet.
local function pending_at(ref)
  return redis.pcall('XPENDING', jobs, GROUP, ref, ref, 1)[1]
end

-- The job that this worker holds by this lease; nil where the lease is lost. A take-over by the same worker is a new lease too: it counts one delivery more.
local function held(ref, worker, deliveries)
  local pending = pending_at(ref)
  if not pending or pending[2] ~= worker or pending[4] ~= tonumber(deliveries) then return nil end

  local entry = entry_at(jobs, ref)
  return entry and read(entry[2])
end

local function take_out(ref)
  redis.call('XACK', jobs, GROUP, ref)
  redis.call('XDEL', jobs, ref)
end

local function count(counter, by)
  redis.call('HINCRBY', stats, counter, by or 1)
end

local function remove_letter(ref, id)
  redis.call('XDEL', dead, ref)
  redis.call('HDEL', dead_index, id)
end

-- Takes dead letters off for good: their ids stay known, so that an event delivered again is not sent after all.
local function discard_letter(ref, job)
  remove_letter(ref, job.id)
  remember(job, 'purged', '-', 0)
end

-- The job's last attempt has failed. Beyond the limit the oldest dead letters go; returns their ids.
local function bury(job, reason, limit)
  local ref = redis.call('XADD', dead, '*', fields_of(job, 'reason', reason, 'at', now))
  redis.call('HSET', dead_index, job.id, ref)
  remember(job, 'dead', ref, -1)
  count('failed')
  count('deadLettered')

  local purged = {}
  local excess = math.min(redis.call('XLEN', dead) - limit, TRIM_AT_ONCE)
  if excess <= 0 then return purged end
  for _, oldest in ipairs(redis.call('XRANGE', dead, '-', '+', 'COUNT', excess)) do
    local letter = read(oldest[2])
    discard_letter(oldest[1], letter)
    purged[#purged + 1] = letter.id
  end
  count('purged', #purged)
  return purged
end

-- The dead letter of this id, as entry and job; nil where there is none.
local function find_letter(id)
  local ref = redis.call('HGET', dead_index, id)
  local entry = ref and entry_at(dead, ref)
  if entry then return ref, read(entry[2]) end
end
