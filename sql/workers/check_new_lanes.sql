-- workers.check_new_lanes: refuse kinds of jobs that would make very many queues or lanes at once, naming the first job
-- that is too much: their names are kept for good, and every claim looks through the lanes. p_lanes: the lanes that
-- the kinds have already, NULL for those to be made.
-- Locks: nothing. Raises: TU015.
CREATE OR REPLACE FUNCTION workers.check_new_lanes(p_kinds jsonb, p_jobs jsonb, p_lanes integer[]) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
DECLARE
  c_queues CONSTANT integer := 100;
  c_lanes CONSTANT integer := 1000;
  v_kind bigint;
  v_option text;
  v_reason text;
  v_key text;
BEGIN
  SELECT min(k.place), 'queue', format('"%s" is one new queue too many: a request makes at most %s', k.queue, c_queues)
    INTO v_kind, v_option, v_reason
    FROM ROWS FROM (jsonb_to_recordset(p_kinds) AS (queue text)) WITH ORDINALITY k(queue, place)
    WHERE p_lanes[k.place] IS NULL AND NOT EXISTS (SELECT FROM queue q WHERE q.name = k.queue)
    GROUP BY k.queue ORDER BY 1 OFFSET c_queues LIMIT 1;
  IF NOT FOUND THEN
    SELECT min(k.place), CASE WHEN k.labels = '{}' AND k.comparisons = '[]' THEN 'type' ELSE 'requires' END,
        format('makes one new combination of queue, type, priority and requirements too many: a request makes at most %s',
          c_lanes)
      INTO v_kind, v_option, v_reason
      FROM ROWS FROM (jsonb_to_recordset(p_kinds) AS (queue text, type text, priority text, labels text[],
        comparisons jsonb)) WITH ORDINALITY k(queue, type, priority, labels, comparisons, place)
      WHERE p_lanes[k.place] IS NULL
      GROUP BY k.queue, k.type, k.priority, k.labels, k.comparisons ORDER BY 1 OFFSET c_lanes LIMIT 1;
  END IF;
  IF FOUND THEN
    SELECT j ->> 'key' INTO v_key FROM jsonb_array_elements(p_jobs) j WHERE (j ->> 'kind')::bigint = v_kind LIMIT 1;
    RAISE EXCEPTION USING ERRCODE = 'TU015', DETAIL = jsonb_build_object('job', v_key, 'option', v_option)::text,
      MESSAGE = format('Job "%s": %s %s.', v_key, v_option, v_reason);
  END IF;
END $$;
COMMENT ON FUNCTION workers.check_new_lanes IS 'Refuses jobs that would make very many queues or lanes.';
