-- Who is in the cluster. Read and written by Orleans' ADO.NET clustering, only through the statements stored below.

-- Orleans' ADO.NET providers look up by name the statements they run, and pass named parameters (@DeploymentId).
-- The names of the table, its columns, the keys, the parameters and the result columns are Orleans'; the rest is ours.
CREATE TABLE OrleansQuery (
  QueryKey   text  PRIMARY KEY,
  QueryText  text  NOT NULL
);

-- One row for each cluster. Its version counts every change of who is in the cluster and in what state:
-- a silo changes the membership only at the version that it has read.
CREATE TABLE orleans_membership_version (
  deployment_id  text     PRIMARY KEY,
  version        integer  NOT NULL
);

CREATE TABLE orleans_membership (
  deployment_id     text         NOT NULL REFERENCES orleans_membership_version ON DELETE CASCADE,
  address           text         NOT NULL,
  port              integer      NOT NULL,
  generation        integer      NOT NULL,            -- tells a silo from the one that had its address and port before
  silo_name         text         NOT NULL,
  host_name         text         NOT NULL,
  status            integer      NOT NULL,            -- Orleans' SiloStatus: 2 joining, 3 active, 4 and 5 stopping, 6 dead
  proxy_port        integer      NOT NULL,            -- where clients connect; 0 for a silo without a gateway
  suspect_times     text,                             -- who took it for dead, and when, as Orleans writes it
  start_time        timestamptz  NOT NULL,
  i_am_alive_time   timestamptz  NOT NULL,
  PRIMARY KEY (deployment_id, address, port, generation)
);

-- Both functions lock the version row where it is still the version that the caller has read, then change the silo's
-- row, then count the version up. Whoever is late, or changes nothing, gets 0 and leaves everything as it was.

CREATE FUNCTION orleans_insert_silo(
  cluster text, silo_address text, silo_port integer, silo_generation integer, name text, host text,
  silo_status integer, gateway_port integer, started timestamptz, alive timestamptz, version_read integer)
RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM orleans_membership_version WHERE deployment_id = cluster AND version = version_read FOR UPDATE;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;

  INSERT INTO orleans_membership (deployment_id, address, port, generation, silo_name, host_name, status, proxy_port, start_time, i_am_alive_time)
  VALUES (cluster, silo_address, silo_port, silo_generation, name, host, silo_status, gateway_port, started, alive)
  ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;

  UPDATE orleans_membership_version SET version = version + 1 WHERE deployment_id = cluster;
  RETURN 1;
END
$$;

CREATE FUNCTION orleans_update_silo(
  cluster text, silo_address text, silo_port integer, silo_generation integer,
  silo_status integer, suspected text, alive timestamptz, version_read integer)
RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM orleans_membership_version WHERE deployment_id = cluster AND version = version_read FOR UPDATE;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;

  UPDATE orleans_membership SET status = silo_status, suspect_times = suspected, i_am_alive_time = alive
  WHERE deployment_id = cluster AND address = silo_address AND port = silo_port AND generation = silo_generation;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;

  UPDATE orleans_membership_version SET version = version + 1 WHERE deployment_id = cluster;
  RETURN 1;
END
$$;

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES

('InsertMembershipVersionKey', $$
  WITH created AS (
    INSERT INTO orleans_membership_version (deployment_id, version) VALUES (@DeploymentId, 0)
    ON CONFLICT DO NOTHING
    RETURNING 1
  )
  SELECT count(*)::integer FROM created
$$),

('InsertMembershipKey', $$
  SELECT orleans_insert_silo(@DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName,
    @Status, @ProxyPort, @StartTime, @IAmAliveTime, @Version)
$$),

('UpdateMembershipKey', $$
  SELECT orleans_update_silo(@DeploymentId, @Address, @Port, @Generation, @Status, @SuspectTimes, @IAmAliveTime, @Version)
$$),

('UpdateIAmAlivetimeKey', $$
  UPDATE orleans_membership SET i_am_alive_time = @IAmAliveTime
  WHERE deployment_id = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
$$),

-- Version and rows come from one statement, so that they belong together.
('MembershipReadRowKey', $$
  SELECT v.deployment_id AS DeploymentId, m.address AS Address, m.port AS Port, m.generation AS Generation,
    m.silo_name AS SiloName, m.host_name AS HostName, m.status AS Status, m.proxy_port AS ProxyPort,
    m.suspect_times AS SuspectTimes, m.start_time AS StartTime, m.i_am_alive_time AS IAmAliveTime, v.version AS Version
  FROM orleans_membership_version v
  LEFT JOIN orleans_membership m
    ON m.deployment_id = v.deployment_id AND m.address = @Address AND m.port = @Port AND m.generation = @Generation
  WHERE v.deployment_id = @DeploymentId
$$),

('MembershipReadAllKey', $$
  SELECT v.deployment_id AS DeploymentId, m.address AS Address, m.port AS Port, m.generation AS Generation,
    m.silo_name AS SiloName, m.host_name AS HostName, m.status AS Status, m.proxy_port AS ProxyPort,
    m.suspect_times AS SuspectTimes, m.start_time AS StartTime, m.i_am_alive_time AS IAmAliveTime, v.version AS Version
  FROM orleans_membership_version v
  LEFT JOIN orleans_membership m ON m.deployment_id = v.deployment_id
  WHERE v.deployment_id = @DeploymentId
$$),

('GatewaysQueryKey', $$
  SELECT address AS Address, proxy_port AS ProxyPort, generation AS Generation
  FROM orleans_membership
  WHERE deployment_id = @DeploymentId AND status = @Status AND proxy_port > 0
$$),

('DeleteMembershipTableEntriesKey', $$
  DELETE FROM orleans_membership_version WHERE deployment_id = @DeploymentId
$$),

-- Orleans sweeps dead silos one by one, each only while nobody has touched its row since it was read.
('CleanupDefunctSiloEntryKey', $$
  DELETE FROM orleans_membership
  WHERE deployment_id = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
    AND status = 6 AND start_time = @StartTime AND i_am_alive_time = @IAmAliveTime
    AND coalesce(suspect_times, '') = coalesce(@SuspectTimes, '')
$$),

-- The sweep of Orleans versions that do not know the one above; every version insists that it is here.
('CleanupDefunctSiloEntriesKey', $$
  DELETE FROM orleans_membership
  WHERE deployment_id = @DeploymentId AND status <> 3 AND i_am_alive_time < @IAmAliveTime
$$);
