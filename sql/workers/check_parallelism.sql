-- workers.check_parallelism: refuse a parallelism under which nothing could run.
-- Locks: nothing. Raises: TU015.
CREATE OR REPLACE FUNCTION workers.check_parallelism(p_parallelism integer) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, public AS $$
BEGIN
  IF p_parallelism < 1 THEN
    RAISE EXCEPTION USING ERRCODE = 'TU015', MESSAGE = 'parallelism must be at least 1, or absent for no limit.',
      DETAIL = jsonb_build_object('option', 'parallelism')::text;
  END IF;
END $$;
COMMENT ON FUNCTION workers.check_parallelism IS 'Refuses a parallelism below 1.';
