-- workers.tally_up: count jobs of a queue that ended in this transaction, by second. Each session counts in rows of its
-- own, so that nobody waits for another; housekeeping folds them into `throughput`. p_seconds: from claim to report.
-- Locks: the session's own row. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.tally_up(p_queue integer, p_completed integer, p_failed integer, p_cancelled integer,
  p_retried integer, p_seconds float8) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  INSERT INTO tally AS t (session_pid, queue_id, second, completed, failed, cancelled, retried, run_seconds)
    VALUES (pg_backend_pid(), p_queue, date_trunc('second', now()), p_completed, p_failed, p_cancelled, p_retried, p_seconds)
    ON CONFLICT (session_pid, queue_id, second) DO UPDATE SET completed = t.completed + excluded.completed,
      failed = t.failed + excluded.failed, cancelled = t.cancelled + excluded.cancelled,
      retried = t.retried + excluded.retried, run_seconds = t.run_seconds + excluded.run_seconds;
END $$;
COMMENT ON FUNCTION workers.tally_up IS 'Counts ended jobs of a queue by second.';
