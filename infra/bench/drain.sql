-- Returns once no order is under way; looks every 100 ms, in one session, so that looking costs next to nothing.
DO $$
DECLARE
  deadline CONSTANT timestamptz := clock_timestamp() + interval '120 s';
BEGIN
  WHILE EXISTS (SELECT FROM orders WHERE status = 'pending' OR releasing) LOOP
    IF clock_timestamp() > deadline THEN
      RAISE EXCEPTION '% orders are still under way after 120 s', (SELECT count(*) FROM orders WHERE status = 'pending' OR releasing);
    END IF;
    COMMIT;  -- a transaction that stayed open would keep vacuum from the rows of hot products
    PERFORM pg_sleep(0.1);
  END LOOP;
END
$$;
