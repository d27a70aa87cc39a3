-- workers.lanes_of: the lane of each kind of job (as workers.insert_jobs takes them), in the order of p_kinds; queues
-- and lanes that don't exist are made. p_jobs are for an error that names one.
-- Locks: the new rows of queue and lane, in order of their names, so that two submissions never wait for each other.
-- Raises: TU015 as workers.check_new_lanes.
CREATE OR REPLACE FUNCTION workers.lanes_of(p_kinds jsonb, p_jobs jsonb) RETURNS integer[]
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_lanes integer[];
BEGIN
  FOR v_try IN 1 .. 2 LOOP
    v_lanes := array(
      SELECT l.id FROM ROWS FROM (jsonb_to_recordset(p_kinds)
        AS (queue text, type text, priority text, labels text[], comparisons jsonb, internal boolean)) WITH ORDINALITY k
      LEFT JOIN queue q ON q.name = k.queue
      LEFT JOIN lane l ON l.queue_id = q.id AND l.type = k.type AND l.priority = k.priority AND l.labels = k.labels
        AND l.comparisons = k.comparisons AND l.internal = coalesce(k.internal, false)
      ORDER BY k.ordinality);
    EXIT WHEN array_position(v_lanes, NULL) IS NULL;
    PERFORM workers.check_new_lanes(p_kinds, p_jobs, v_lanes);
    INSERT INTO queue (name)
      SELECT DISTINCT k.queue FROM jsonb_to_recordset(p_kinds) k(queue text)
      WHERE NOT EXISTS (SELECT FROM queue q WHERE q.name = k.queue) ORDER BY 1 ON CONFLICT (name) DO NOTHING;
    INSERT INTO lane (queue_id, type, priority, labels, comparisons, internal)
      SELECT DISTINCT q.id, k.type, k.priority, k.labels, k.comparisons, coalesce(k.internal, false)
      FROM jsonb_to_recordset(p_kinds)
        k(queue text, type text, priority text, labels text[], comparisons jsonb, internal boolean)
      JOIN queue q ON q.name = k.queue ORDER BY 1, 2, 3, 4, 5, 6 ON CONFLICT ON CONSTRAINT lane_identity DO NOTHING;
  END LOOP;
  RETURN v_lanes;
END $$;
COMMENT ON FUNCTION workers.lanes_of IS 'The lane of each kind of job; makes the queues and lanes that are new.';
