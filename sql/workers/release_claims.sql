-- workers.release_claims: give back the jobs of a worker's claims, save those of p_known; their attempts are not counted.
-- For a worker that stops, and for one whose connection broke in a poll: what that claimed the worker never learned.
-- Locks: the leases, then as workers.poll. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.release_claims(p_worker integer, p_known bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_failures jsonb;
BEGIN
  PERFORM FROM lease l WHERE l.worker_id = p_worker AND l.id <> ALL (p_known) ORDER BY l.id FOR UPDATE;
  v_failures := (SELECT jsonb_agg(jsonb_build_object('job', u.job, 'fence', l.id, 'outcome', 'release'))
                 FROM lease l, unnest(l.ids) u(job) WHERE l.worker_id = p_worker AND l.id <> ALL (p_known));
  IF v_failures IS NOT NULL THEN
    PERFORM workers.poll(p_worker, 0, p_failures => v_failures);
  END IF;
END $$;
COMMENT ON FUNCTION workers.release_claims IS 'Gives back a worker''s claims, save those that it knows.';
