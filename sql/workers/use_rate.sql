-- workers.use_rate: count jobs that start against the rate limit of their queue. A window begins with its first job.
-- Locks: the queue's row, which workers.queue_room has locked. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.use_rate(p_queue integer, p_jobs integer) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  UPDATE queue q SET
      window_started_at = CASE WHEN w.open THEN q.window_started_at ELSE clock_timestamp() END,
      window_used = CASE WHEN w.open THEN q.window_used ELSE 0 END + p_jobs
    FROM (SELECT coalesce(x.window_started_at + make_interval(secs => x.rate_seconds) > clock_timestamp(), false) AS open
          FROM queue x WHERE x.id = p_queue) w
    WHERE q.id = p_queue AND q.rate_limit IS NOT NULL;
END $$;
COMMENT ON FUNCTION workers.use_rate IS 'Counts started jobs against the rate limit of a queue.';
