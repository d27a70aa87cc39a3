-- transform.ensure_slots: give a caller the places for their batches, numbered from 1. Call it in a transaction of its
-- own: others of the same caller would wait for the rows. Writes nothing when the rows are there.
-- Locks: nothing that exists. Raises: nothing.
CREATE OR REPLACE FUNCTION transform.ensure_slots(p_owner text, p_count integer) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF (SELECT count(*) FROM transform_slot s WHERE s.owner = p_owner) < p_count THEN
    INSERT INTO transform_slot (owner, number) SELECT p_owner, n FROM generate_series(1, p_count) n ON CONFLICT DO NOTHING;
  END IF;
END $$;
COMMENT ON FUNCTION transform.ensure_slots IS 'Makes the places for the batches of a caller.';
