-- Where in which trace an event's order was changed (W3C Trace Context), for the headers of the event. Null where nobody traced; no row is rewritten for it.
ALTER TABLE outbox ADD COLUMN traceparent text, ADD COLUMN tracestate text;
