-- workers.queue_named: the id of a queue; NULL for NULL, which stands for all queues.
-- Locks: nothing. Raises: TU016 unknown queue.
CREATE OR REPLACE FUNCTION workers.queue_named(p_name text) RETURNS integer
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
DECLARE
  v_id integer := (SELECT q.id FROM queue q WHERE q.name = p_name);
BEGIN
  IF v_id IS NULL AND p_name IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'TU016', DETAIL = jsonb_build_object('queue', p_name)::text,
      MESSAGE = format('There is no queue "%s". A queue is made by its first job, or by creating it.', p_name);
  END IF;
  RETURN v_id;
END $$;
COMMENT ON FUNCTION workers.queue_named IS 'The id of a queue by its name.';
