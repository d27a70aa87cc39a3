-- workers.forget_executions: delete executions all of whose jobs are gone with a detached partition: of the next
-- p_limit that have jobs in it, those above p_after. o_last is where to go on, NULL at the end.
-- Locks: the executions, which have ended. Raises: 23503 when one of them is being re-run at this moment.
CREATE OR REPLACE FUNCTION workers.forget_executions(p_part bigint, p_after bigint, p_limit integer,
  OUT o_last bigint, OUT o_forgotten integer)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_seen bigint[];
  v_gone bigint[];
BEGIN
  EXECUTE format('SELECT array_agg(x.execution_id) FROM (SELECT DISTINCT j.execution_id FROM public.%I j
    WHERE j.execution_id > $1 ORDER BY j.execution_id LIMIT $2) x', 'job_p' || p_part)
    INTO v_seen USING p_after, p_limit;
  o_last := v_seen[cardinality(v_seen)];
  v_gone := array(SELECT e.id FROM execution e WHERE e.id = ANY (v_seen)
    AND NOT EXISTS (SELECT FROM job j WHERE j.execution_id = e.id));
  UPDATE execution e SET rerun_of_id = NULL WHERE e.rerun_of_id = ANY (v_gone);
  DELETE FROM execution e WHERE e.id = ANY (v_gone);
  GET DIAGNOSTICS o_forgotten = ROW_COUNT;
END $$;
COMMENT ON FUNCTION workers.forget_executions IS 'Deletes executions whose jobs went with a detached partition.';
