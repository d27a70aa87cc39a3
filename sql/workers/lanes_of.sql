-- workers.lanes_of: the lane of each job, in the order of p_jobs; queues and lanes that don't exist are made.
-- Locks: the new rows of queue and lane, in order of their names, so that two submissions never wait for each other.
CREATE OR REPLACE FUNCTION workers.lanes_of(p_jobs jsonb) RETURNS integer[]
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_queues text[];
  v_types text[];
  v_priorities text[];
BEGIN
  SELECT array_agg(n.queue), array_agg(n.type), array_agg(n.priority) INTO v_queues, v_types, v_priorities
  FROM (SELECT DISTINCT j ->> 'queue' AS queue, j ->> 'type' AS type, j ->> 'priority' AS priority
        FROM jsonb_array_elements(p_jobs) j ORDER BY 1, 2, 3) n;
  IF EXISTS (SELECT FROM unnest(v_queues, v_types, v_priorities) n(queue, type, priority)
             WHERE NOT EXISTS (SELECT FROM lane l JOIN queue q ON q.id = l.queue_id
                               WHERE q.name = n.queue AND l.type = n.type AND l.priority = n.priority)) THEN
    INSERT INTO queue (name) SELECT DISTINCT n FROM unnest(v_queues) n
      WHERE NOT EXISTS (SELECT FROM queue q WHERE q.name = n) ORDER BY 1 ON CONFLICT (name) DO NOTHING;
    INSERT INTO lane (queue_id, type, priority)
    SELECT q.id, n.type, n.priority FROM unnest(v_queues, v_types, v_priorities) n(queue, type, priority)
      JOIN queue q ON q.name = n.queue ORDER BY 1, 2, 3 ON CONFLICT ON CONSTRAINT lane_identity DO NOTHING;
  END IF;
  RETURN array(
    SELECT l.id FROM jsonb_array_elements(p_jobs) WITH ORDINALITY j(job, place)
    JOIN queue q ON q.name = j.job ->> 'queue'
    JOIN lane l ON l.queue_id = q.id AND l.type = j.job ->> 'type' AND l.priority = j.job ->> 'priority'
    ORDER BY j.place);
END $$;
COMMENT ON FUNCTION workers.lanes_of IS 'The lane of each job; makes the queues and lanes that are new.';
