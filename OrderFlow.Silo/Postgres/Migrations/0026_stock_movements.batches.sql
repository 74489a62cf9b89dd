-- The stock from before movements were recorded becomes a movement. Repeated after a failure it adds what is missing. What 1.0.0 changes from now on is
-- recorded by the next write of a newer silo. Versions stay: no silo has to read a product again.
DO $body$
DECLARE
  batch_size  CONSTANT bigint := 1000;
  last_id     text := '';
BEGIN
  LOOP
    WITH batch AS (
      SELECT product_id, version, available_quantity - recorded_available AS available_delta, reserved_quantity - recorded_reserved AS reserved_delta
      FROM stock_items WHERE product_id > last_id ORDER BY product_id LIMIT batch_size FOR UPDATE
    ), unrecorded AS (
      SELECT * FROM batch WHERE available_delta <> 0 OR reserved_delta <> 0
    ), recorded AS (
      UPDATE stock_items AS s SET recorded_available = available_quantity, recorded_reserved = reserved_quantity
      FROM unrecorded WHERE unrecorded.product_id = s.product_id
    ), explained AS (
      INSERT INTO stock_movements (product_id, version, ordinal, kind, available_delta, reserved_delta, occurred_at)
      SELECT product_id, version, 0, 'unrecorded', available_delta, reserved_delta, now() FROM unrecorded
    )
    SELECT max(product_id) INTO last_id FROM batch;
    EXIT WHEN last_id IS NULL;
    COMMIT;
  END LOOP;
END
$body$
