-- workers.fold_tally: move a queue's counts of minutes that are over from `tally` to `throughput` and to the totals of
-- the queue. One statement: at every moment a job is counted in exactly one of tally and totals. A poll that began in
-- an old minute counts in new rows of it, which the next fold moves. Returns how many rows it moved.
-- Locks: the rows of tally, skipping those being counted up; then the queue. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.fold_tally(p_queue integer) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_moved integer;
BEGIN
  WITH over AS (
    SELECT t.session_pid, t.second FROM tally t
    WHERE t.queue_id = p_queue AND t.second < date_trunc('minute', now()) FOR UPDATE SKIP LOCKED
  ), moved AS (
    DELETE FROM tally t USING over o
    WHERE t.queue_id = p_queue AND t.session_pid = o.session_pid AND t.second = o.second RETURNING t.*
  ), kept AS (
    INSERT INTO throughput AS h (queue_id, minute, completed, failed, cancelled, retried, run_seconds)
    SELECT p_queue, date_trunc('minute', m.second), sum(m.completed), sum(m.failed), sum(m.cancelled), sum(m.retried),
      sum(m.run_seconds)
    FROM moved m GROUP BY date_trunc('minute', m.second)
    ON CONFLICT (queue_id, minute) DO UPDATE SET completed = h.completed + excluded.completed,
      failed = h.failed + excluded.failed, cancelled = h.cancelled + excluded.cancelled,
      retried = h.retried + excluded.retried, run_seconds = h.run_seconds + excluded.run_seconds
  ), total AS (
    SELECT count(*) AS rows, sum(m.completed) AS completed, sum(m.failed) AS failed, sum(m.cancelled) AS cancelled
    FROM moved m
  )
  UPDATE queue q SET completed = q.completed + t.completed, failed = q.failed + t.failed,
    cancelled = q.cancelled + t.cancelled FROM total t WHERE q.id = p_queue AND t.rows > 0 RETURNING t.rows INTO v_moved;
  RETURN coalesce(v_moved, 0);
END $$;
COMMENT ON FUNCTION workers.fold_tally IS 'Moves a queue''s counts of minutes that are over into its history and totals.';
