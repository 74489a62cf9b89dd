-- Prepended to every script of the queue.
--
-- KEYS, the same for all scripts (QueueKeys.cs):
--   1 jobs          stream: waiting jobs, and in the pending list of the group 'workers' the claimed ones
--   2 delayed       sorted set: job id -> when its next attempt is due, unix ms
--   3 delayed:jobs  hash: job id -> JSON {job, reason: why the last attempt failed, for operators}
--   4 dead          stream: dead letters
--   5 dead:index    hash: job id -> its entry in dead
--   6 history       stream: sent messages
--   7 stats         hash: processed, failed, deadLettered, purged (dead letters removed beyond the limit)
--   8 paused        exists while no worker may claim jobs
--   9 known:        prefix of the shards: each is a hash of the state of all jobs of 32 orders,
--                   job id -> "state attempts updatedMs ref type", and 'open' -> how many of them are unsettled.
--                   Small shards and values under 64 bytes keep it a listpack, which makes an id cheap.
--   10 replayed:    prefix of the keys of replays with an Idempotency-Key; each exists for a day
--   11 contacts     hash: job id -> JSON {user, email, locale}, of jobs that are neither sent nor purged. Apart, because entries of streams cannot be changed.
--   12 contacts:removed:  prefix of the keys of customers whose contacts were removed; each exists for a minute
-- ARGV, the same for all scripts:
--   1 now, unix ms    2 retention of a settled job's id, ms
--
-- All keys share a hash tag, so that a cluster permits a script to build the key of a shard, a replay or a customer.

local jobs, delayed, delayed_jobs, dead, dead_index, history, stats, paused, known, replayed, contacts, contacts_removed = unpack(KEYS)
local now, retention_ms = ARGV[1], ARGV[2]

local GROUP = 'workers'
local ORDERS_PER_SHARD = 32
local MAX_PURGED = 100

local function order_of(id)
  return string.match(id, '^%d+')
end

local function shard_of(order)
  return known .. string.format('%.0f', math.floor(order / ORDERS_PER_SHARD))
end

-- The fields of a stream entry by name.
local function to_table(fields)
  local named = {}
  for i = 1, #fields, 2 do
    named[fields[i]] = fields[i + 1]
  end
  return named
end

local function get_entry(stream, ref)
  return redis.call('XRANGE', stream, ref, ref)[1]
end

-- The fields of an entry for the job, and further ones. Without details or a trace context where the job has none.
local function to_fields(job, ...)
  local fields = { 'id', job.id, 'order', job.order, 'user', job.user, 'type', job.type, 'message', job.message, 'attempts', job.attempts, ... }
  for _, name in ipairs({ 'details', 'traceparent', 'tracestate' }) do
    if job[name] then
      fields[#fields + 1] = name
      fields[#fields + 1] = job[name]
    end
  end
  return unpack(fields)
end

-- Appends the job to the waiting ones. Returns its entry.
local function append(job)
  return redis.call('XADD', jobs, '*', to_fields(job))
end

-- The job's state {state, attempts, updatedMs, ref, type}; nil for an unknown job.
local function get_state(id)
  local value = redis.call('HGET', shard_of(order_of(id)), id)
  return value and { string.match(value, '^(%S+) (%S+) (%S+) (%S+) (.*)$') }
end

-- Sets the job's state. A shard with unsettled jobs does not expire: no such job may be enqueued a second time.
local function set_state(job, state, ref, opened)
  local shard = shard_of(job.order)
  redis.call('HSET', shard, job.id, table.concat({ state, job.attempts, now, ref, job.type }, ' '))
  if redis.call('HINCRBY', shard, 'open', opened) <= 0 then
    redis.call('PEXPIRE', shard, retention_ms)
  elseif opened > 0 then
    redis.call('PERSIST', shard)
  end
end

-- The pending entry {entry, worker, idleMs, deliveries}; nil where it is not pending, or where there is no group yet.
local function get_pending(ref)
  return redis.pcall('XPENDING', jobs, GROUP, ref, ref, 1)[1]
end

-- The job that the worker holds by this lease; nil where it has lost the lease. Reclaiming counts a delivery, so that even the same worker gets a new lease.
local function get_claimed(ref, worker, deliveries)
  local pending = get_pending(ref)
  if not pending or pending[2] ~= worker or pending[4] ~= tonumber(deliveries) then return nil end

  local entry = get_entry(jobs, ref)
  return entry and to_table(entry[2])
end

local function remove_claimed(ref)
  redis.call('XACK', jobs, GROUP, ref)
  redis.call('XDEL', jobs, ref)
end

-- A claim {entry, fields, deliveries, email or nil, locale or nil} of an entry {entry, fields}.
local function to_claim(entry, deliveries)
  local packed = redis.call('HGET', contacts, to_table(entry[2]).id)
  local contact = packed and cjson.decode(packed) or {}
  return { entry[1], entry[2], deliveries, contact.email or false, contact.locale or false }
end

local function increment(counter, by)
  redis.call('HINCRBY', stats, counter, by or 1)
end

local function remove_dead_letter(ref, id)
  redis.call('XDEL', dead, ref)
  redis.call('HDEL', dead_index, id)
end

-- Removes a dead letter. Its id stays known, so that a redelivered event does not enqueue it again.
local function purge_dead_letter(ref, job)
  remove_dead_letter(ref, job.id)
  redis.call('HDEL', contacts, job.id)
  set_state(job, 'purged', '-', 0)
end

-- Makes the job a dead letter. Purges the oldest dead letters beyond the limit; returns their ids.
local function dead_letter(job, reason, limit)
  local ref = redis.call('XADD', dead, '*', to_fields(job, 'reason', reason, 'at', now))
  redis.call('HSET', dead_index, job.id, ref)
  set_state(job, 'dead', ref, -1)
  increment('failed')
  increment('deadLettered')

  local purged = {}
  local excess = math.min(redis.call('XLEN', dead) - limit, MAX_PURGED)
  if excess <= 0 then return purged end
  for _, oldest in ipairs(redis.call('XRANGE', dead, '-', '+', 'COUNT', excess)) do
    local letter = to_table(oldest[2])
    purge_dead_letter(oldest[1], letter)
    purged[#purged + 1] = letter.id
  end
  increment('purged', #purged)
  return purged
end

-- The dead letter of this id, as entry and job; nil where there is none.
local function find_dead_letter(id)
  local ref = redis.call('HGET', dead_index, id)
  local entry = ref and get_entry(dead, ref)
  if entry then return ref, to_table(entry[2]) end
end

-- Enqueues a dead letter again, with all its attempts left.
local function replay_dead_letter(ref, job)
  remove_dead_letter(ref, job.id)
  job.attempts = 0
  set_state(job, 'waiting', append(job), 1)
end

-- Moves those of the next dead letters that match: after the entry ARGV[3] and up to ARGV[4], of which it looks at no more than ARGV[5].
-- ARGV: 6 what the reason contains, 7 the event type, 8 dead-lettered before, unix ms; each empty for any
-- Returns how many it moved and, where there may be more, the entry it looked at last.
local function move_matching_dead_letters(move)
  local after, last, limit, reason, type, before = ARGV[3], ARGV[4], tonumber(ARGV[5]), ARGV[6], ARGV[7], tonumber(ARGV[8])
  local entries, moved = redis.call('XRANGE', dead, '(' .. after, last, 'COUNT', limit), 0
  for _, entry in ipairs(entries) do
    local job = to_table(entry[2])
    if string.find(job.reason or '', reason, 1, true) and (type == '' or job.type == type) and (not before or tonumber(job.at or 0) < before) then
      move(entry[1], job)
      moved = moved + 1
    end
  end
  return { moved, #entries == limit and entries[limit][1] or false }
end
