-- Reminders: when to wake which grain. Read and written by Orleans' ADO.NET reminder service.

CREATE TABLE orleans_reminders (
  service_id     text         NOT NULL,
  grain_id       text         NOT NULL,
  reminder_name  text         NOT NULL,
  start_time     timestamptz  NOT NULL,
  period_ms      bigint       NOT NULL,
  grain_hash     integer      NOT NULL,  -- an unsigned hash in a signed column: above 2,147,483,647 it is negative
  version        integer      NOT NULL,
  PRIMARY KEY (service_id, grain_id, reminder_name)
);

-- Each silo reads the reminders of its part of the hash ring.
CREATE INDEX orleans_reminders_by_hash ON orleans_reminders (service_id, grain_hash);

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES

('UpsertReminderRowKey', $$
  INSERT INTO orleans_reminders AS r (service_id, grain_id, reminder_name, start_time, period_ms, grain_hash, version)
  VALUES (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash, 0)
  ON CONFLICT (service_id, grain_id, reminder_name) DO UPDATE
  SET start_time = excluded.start_time, period_ms = excluded.period_ms, grain_hash = excluded.grain_hash, version = r.version + 1
  RETURNING version AS Version
$$),

('ReadReminderRowsKey', $$
  SELECT grain_id AS GrainId, reminder_name AS ReminderName, start_time AS StartTime, period_ms AS Period, version AS Version
  FROM orleans_reminders
  WHERE service_id = @ServiceId AND grain_id = @GrainId
$$),

('ReadReminderRowKey', $$
  SELECT grain_id AS GrainId, reminder_name AS ReminderName, start_time AS StartTime, period_ms AS Period, version AS Version
  FROM orleans_reminders
  WHERE service_id = @ServiceId AND grain_id = @GrainId AND reminder_name = @ReminderName
$$),

-- Orleans compares the ends of the range as signed numbers, as they are stored, and asks for the range that wraps
-- where the begin is not below the end. A range whose ends are equal is the whole ring.
('ReadRangeRows1Key', $$
  SELECT grain_id AS GrainId, reminder_name AS ReminderName, start_time AS StartTime, period_ms AS Period, version AS Version
  FROM orleans_reminders
  WHERE service_id = @ServiceId AND grain_hash > @BeginHash AND grain_hash <= @EndHash
$$),

('ReadRangeRows2Key', $$
  SELECT grain_id AS GrainId, reminder_name AS ReminderName, start_time AS StartTime, period_ms AS Period, version AS Version
  FROM orleans_reminders
  WHERE service_id = @ServiceId AND (grain_hash > @BeginHash OR grain_hash <= @EndHash)
$$),

('DeleteReminderRowKey', $$
  WITH deleted AS (
    DELETE FROM orleans_reminders
    WHERE service_id = @ServiceId AND grain_id = @GrainId AND reminder_name = @ReminderName AND version = @Version
    RETURNING 1
  )
  SELECT count(*)::integer FROM deleted
$$),

('DeleteReminderRowsKey', $$
  DELETE FROM orleans_reminders WHERE service_id = @ServiceId
$$);
