-- The event types that are notified, since when, and where consuming their topics starts. Shared by all silos; a handful of rows.
CREATE TABLE notification_events (
  event_type       text         PRIMARY KEY,
  is_on            boolean      NOT NULL DEFAULT true,
  switched_on_at   timestamptz,
  last_on_at       timestamptz  NOT NULL DEFAULT now(),
  switched_off_at  timestamptz,
  start_offsets    bigint[]
) WITH (fillfactor = 50);  -- last_on_at is updated in place
