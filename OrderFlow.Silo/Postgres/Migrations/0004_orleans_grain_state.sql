-- State of the grains that are off the hot path. Read and written by Orleans' ADO.NET grain storage.

CREATE TABLE orleans_grain_state (
  grain_id_hash    integer      NOT NULL,  -- Orleans' hash of the grain's key, and below of the state's name
  grain_type_hash  integer      NOT NULL,
  grain_id_n0      bigint       NOT NULL,  -- a key that is a number or a GUID
  grain_id_n1      bigint       NOT NULL,
  grain_extension  text,                   -- a key that is a string, or the extension of another; null without one
  state_name       text         NOT NULL,  -- what Orleans calls the grain type is the name of the state
  service_id       text         NOT NULL,
  payload          bytea,                  -- UTF-8 JSON; null once cleared
  version          integer      NOT NULL,
  modified_at      timestamptz  NOT NULL DEFAULT now(),
  -- Of racing first writes one inserts. The extension comes last: IS NOT DISTINCT FROM, which finds it null or not, uses no index.
  CONSTRAINT orleans_grain_state_key
    UNIQUE NULLS NOT DISTINCT (grain_id_hash, grain_type_hash, grain_id_n0, grain_id_n1, state_name, service_id, grain_extension)
);

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES

('ReadFromStorageKey', $$
  SELECT payload AS PayloadBinary, version AS Version
  FROM orleans_grain_state
  WHERE grain_id_hash = @GrainIdHash AND grain_type_hash = @GrainTypeHash
    AND grain_id_n0 = @GrainIdN0 AND grain_id_n1 = @GrainIdN1
    AND grain_extension IS NOT DISTINCT FROM @GrainIdExtensionString
    AND state_name = @GrainTypeString AND service_id = @ServiceId
$$),

-- Without a version it is a first write and only inserts, with one it only updates. No row returned is a conflict.
('WriteToStorageKey', $$
  WITH inserted AS (
    INSERT INTO orleans_grain_state
      (grain_id_hash, grain_type_hash, grain_id_n0, grain_id_n1, grain_extension, state_name, service_id, payload, version)
    SELECT @GrainIdHash, @GrainTypeHash, @GrainIdN0, @GrainIdN1, @GrainIdExtensionString, @GrainTypeString, @ServiceId, @PayloadBinary, 1
    WHERE @GrainStateVersion IS NULL
    ON CONFLICT DO NOTHING
    RETURNING version
  ), updated AS (
    UPDATE orleans_grain_state SET payload = @PayloadBinary, version = version + 1, modified_at = now()
    WHERE grain_id_hash = @GrainIdHash AND grain_type_hash = @GrainTypeHash
      AND grain_id_n0 = @GrainIdN0 AND grain_id_n1 = @GrainIdN1
      AND grain_extension IS NOT DISTINCT FROM @GrainIdExtensionString
      AND state_name = @GrainTypeString AND service_id = @ServiceId
      AND version = @GrainStateVersion
    RETURNING version
  )
  SELECT version AS NewGrainStateVersion FROM inserted
  UNION ALL
  SELECT version FROM updated
$$),

('ClearStorageKey', $$
  UPDATE orleans_grain_state SET payload = NULL, version = version + 1, modified_at = now()
  WHERE grain_id_hash = @GrainIdHash AND grain_type_hash = @GrainTypeHash
    AND grain_id_n0 = @GrainIdN0 AND grain_id_n1 = @GrainIdN1
    AND grain_extension IS NOT DISTINCT FROM @GrainIdExtensionString
    AND state_name = @GrainTypeString AND service_id = @ServiceId
    AND version = @GrainStateVersion
  RETURNING version AS NewGrainStateVersion
$$),

('DeleteStorageKey', $$
  DELETE FROM orleans_grain_state
  WHERE grain_id_hash = @GrainIdHash AND grain_type_hash = @GrainTypeHash
    AND grain_id_n0 = @GrainIdN0 AND grain_id_n1 = @GrainIdN1
    AND grain_extension IS NOT DISTINCT FROM @GrainIdExtensionString
    AND state_name = @GrainTypeString AND service_id = @ServiceId
    AND version = @GrainStateVersion
  RETURNING version + 1 AS NewGrainStateVersion
$$);
