-- workers.tally_jobs: workers.tally_up for jobs of any queues. p_states per job: completed, failed, cancelled, waiting
-- (put back for another attempt).
-- Large tables are asked row by row (LATERAL with LIMIT), whatever statistics say: a table that fills can count as empty.
-- Locks: the session's own rows. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.tally_jobs(p_jobs bigint[], p_states text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM workers.tally_up(c.queue_id, c.completed, c.failed, c.cancelled, c.retried, c.seconds)
  FROM (SELECT n.queue_id, count(*) FILTER (WHERE u.state = 'completed')::integer AS completed,
          count(*) FILTER (WHERE u.state = 'failed')::integer AS failed,
          count(*) FILTER (WHERE u.state = 'cancelled')::integer AS cancelled,
          count(*) FILTER (WHERE u.state = 'waiting')::integer AS retried,
          coalesce(sum(extract(epoch FROM f.finished_at - f.started_at)), 0)::float8 AS seconds
        FROM unnest(p_jobs, p_states) u(job, state)
        CROSS JOIN LATERAL (SELECT j.lane_id FROM job j WHERE j.id = u.job LIMIT 1) j JOIN lane n ON n.id = j.lane_id
        LEFT JOIN LATERAL (SELECT f.started_at, f.finished_at FROM finished_job f WHERE f.id = u.job LIMIT 1) f ON true
        GROUP BY n.queue_id) c;
END $$;
COMMENT ON FUNCTION workers.tally_jobs IS 'Counts ended jobs of any queues by second.';
