-- workers.count_completed: what workers.count_jobs does for the usual case under load: jobs of one execution that all
-- completed, with nothing to let in. False, and nothing done, when the execution has a parallelism.
-- Locks: the execution.
CREATE OR REPLACE FUNCTION workers.count_completed(p_execution bigint, p_jobs integer) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  UPDATE execution e SET completed = e.completed + p_jobs,
      status = CASE
        WHEN e.completed + p_jobs + e.failed + e.cancelled < e.total THEN
          CASE WHEN e.status = 'pending' THEN 'running' ELSE e.status END
        WHEN e.cancel_requested_at IS NOT NULL THEN 'cancelled' WHEN e.failed > 0 THEN 'failed'
        WHEN e.cancelled > 0 THEN 'cancelled' ELSE 'completed' END,
      completed_at = CASE WHEN e.completed + p_jobs + e.failed + e.cancelled = e.total THEN now() END
    WHERE e.id = p_execution AND e.parallelism IS NULL;
  RETURN FOUND;
END $$;
COMMENT ON FUNCTION workers.count_completed IS 'Counts completed jobs of one execution.';
