-- workers.resume_worker: a worker whose session broke takes its advisory lock again in a new one. False when it was
-- stopped meanwhile, or when the old session still has the lock: then it registers anew, under another id.
-- Locks: advisory (1, id) until the session ends. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.resume_worker(p_worker integer) RETURNS boolean
LANGUAGE sql SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (SELECT FROM worker w WHERE w.id = p_worker AND w.stopped_at IS NULL)
    AND pg_try_advisory_lock(1, p_worker)
$$;
COMMENT ON FUNCTION workers.resume_worker IS 'Takes a worker''s advisory lock again after its session broke.';
