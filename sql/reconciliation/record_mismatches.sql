-- reconciliation.record_mismatches: store what a job found, over all jobs one mismatch per fingerprint, and count it.
-- p_found is a list of objects with the columns of `mismatch`. Known ones keep their first sight; resolved ones are
-- PENDING again, and so are those that a rule covered, which none does any more; other IGNORED ones that have not expired
-- stay so and are not counted. The version changes with the status and with what differs, and an event says so; seeing the
-- same again makes none. Past p_limit stored mismatches a job goes on counting and says PARTIAL.
-- Locks: the job, then the known mismatches in the order of their fingerprints.
CREATE OR REPLACE FUNCTION reconciliation.record_mismatches(p_job uuid, p_found jsonb, p_limit int) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_job reconciliation_job;
  v_room bigint;
  v_ignored text[];
  v_known jsonb;
  v_versions jsonb;
BEGIN
  SELECT * INTO STRICT v_job FROM reconciliation_job j WHERE j.id = p_job FOR NO KEY UPDATE;
  v_room := greatest(p_limit - (SELECT count(*) FROM sighting s WHERE s.job_id = p_job), 0);

  SELECT coalesce(jsonb_object_agg(k.fingerprint, k.resolution_status), '{}'),
    coalesce(jsonb_object_agg(k.fingerprint, k.version), '{}'),
    coalesce(array_agg(k.fingerprint) FILTER (WHERE k.resolution_status = 'IGNORED'), '{}')
    INTO v_known, v_versions, v_ignored
    FROM (SELECT m.fingerprint, m.version, CASE WHEN m.ignored_until <= now() THEN 'EXPIRED'
            WHEN m.resolution_status = 'IGNORED' AND (
              SELECT e.name FROM mismatch_event e WHERE e.mismatch_id = m.id AND e.name IN ('ignored', 'covered')
              ORDER BY e.id DESC LIMIT 1) = 'covered' THEN 'COVERED'
            ELSE m.resolution_status END AS resolution_status
          FROM mismatch m
          WHERE m.fingerprint IN (SELECT f ->> 'fingerprint' FROM jsonb_array_elements(p_found) f)
          ORDER BY m.fingerprint FOR NO KEY UPDATE) k;

  UPDATE reconciliation_job j SET
      mismatch_count = j.mismatch_count + c.missing_in_target + c.missing_in_source + c.data,
      missing_in_target = j.missing_in_target + c.missing_in_target,
      missing_in_source = j.missing_in_source + c.missing_in_source,
      data_mismatches = j.data_mismatches + c.data,
      detail = CASE WHEN jsonb_array_length(p_found) > v_room THEN 'PARTIAL' ELSE j.detail END
    FROM (SELECT count(*) FILTER (WHERE f ->> 'mismatch_type' = 'MISSING_IN_POSTGRES') AS missing_in_target,
            count(*) FILTER (WHERE f ->> 'mismatch_type' = 'MISSING_IN_CASSANDRA') AS missing_in_source,
            count(*) FILTER (WHERE f ->> 'mismatch_type' = 'DATA_MISMATCH') AS data
          FROM jsonb_array_elements(p_found) f WHERE NOT f ->> 'fingerprint' = ANY (v_ignored)) c
    WHERE j.id = p_job;

  WITH chosen AS MATERIALIZED (
    SELECT f.* FROM ROWS FROM (jsonb_to_recordset(p_found) AS (
      fingerprint text, key jsonb, primary_key_value text, mismatch_type text, columns jsonb,
      source_data jsonb, target_data jsonb, source_checksum text, target_checksum text))
      WITH ORDINALITY f ORDER BY f.ordinality LIMIT v_room
  ), kept AS (
    INSERT INTO mismatch AS m (id, fingerprint, mapping_id, job_id, table_name, key, primary_key_value, mismatch_type,
        columns, source_data, target_data, source_checksum, target_checksum)
    SELECT gen_random_uuid(), c.fingerprint, v_job.mapping_id, p_job, v_job.table_name, c.key, c.primary_key_value,
      c.mismatch_type, c.columns, c.source_data, c.target_data, c.source_checksum, c.target_checksum
    FROM chosen c ORDER BY c.fingerprint
    ON CONFLICT (fingerprint) DO UPDATE SET
      job_id = excluded.job_id, mismatch_type = excluded.mismatch_type, columns = excluded.columns,
      source_data = excluded.source_data, target_data = excluded.target_data,
      source_checksum = excluded.source_checksum, target_checksum = excluded.target_checksum,
      last_seen_at = now(), times_seen = m.times_seen + 1, resolution_status = CASE
        WHEN m.fingerprint = ANY (v_ignored) THEN 'IGNORED' ELSE 'PENDING' END,
      resolution_notes = CASE WHEN m.fingerprint = ANY (v_ignored) THEN m.resolution_notes END,
      resolved_at = CASE WHEN m.fingerprint = ANY (v_ignored) THEN m.resolved_at END,
      resolved_by_id = CASE WHEN m.fingerprint = ANY (v_ignored) THEN m.resolved_by_id END,
      ignored_until = CASE WHEN m.fingerprint = ANY (v_ignored) THEN m.ignored_until END,
      version = m.version + (m.resolution_status <> 'PENDING' AND NOT m.fingerprint = ANY (v_ignored)
        OR (m.mismatch_type, m.columns, m.source_checksum, m.target_checksum) IS DISTINCT FROM
           (excluded.mismatch_type, excluded.columns, excluded.source_checksum, excluded.target_checksum))::int
    RETURNING m.id, m.fingerprint, m.mismatch_type, m.columns, m.version
  ), sighted AS (
    INSERT INTO sighting (job_id, mismatch_id, mismatch_type)
    SELECT p_job, k.id, k.mismatch_type FROM kept k
  )
  INSERT INTO mismatch_event (mismatch_id, job_id, name, note)
  SELECT k.id, p_job,
    CASE WHEN NOT v_known ? k.fingerprint THEN 'detected' ELSE
      CASE v_known ->> k.fingerprint WHEN 'EXPIRED' THEN 'expired' WHEN 'PENDING' THEN 'seen' WHEN 'IGNORED' THEN 'seen'
        ELSE 'reopened' END END,
    CASE WHEN v_known ->> k.fingerprint IN ('PENDING', 'IGNORED') THEN coalesce(
      (SELECT string_agg(c, ', ' ORDER BY n) FROM jsonb_array_elements_text(k.columns) WITH ORDINALITY e (c, n)),
      k.mismatch_type) ELSE '' END
  FROM kept k WHERE k.version IS DISTINCT FROM (v_versions ->> k.fingerprint)::int;
END $$;
COMMENT ON FUNCTION reconciliation.record_mismatches IS 'Stores and counts what a job found to differ.';
