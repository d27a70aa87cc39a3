-- workers.lock_ended: an execution that has ended and of which no re-run goes on; it stays so until the transaction
-- ends.
-- Locks: the execution's row. Raises: TU016 unknown, TU019 it or a re-run of it has not ended.
CREATE OR REPLACE FUNCTION workers.lock_ended(p_execution bigint) RETURNS execution
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_execution execution;
  v_open bigint;
BEGIN
  SELECT e.* INTO v_execution FROM execution e WHERE e.id = p_execution FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'TU016', DETAIL = jsonb_build_object('execution', 'exec-' || p_execution)::text,
      MESSAGE = format('There is no execution exec-%s.', p_execution);
  END IF;
  IF v_execution.completed_at IS NULL THEN
    v_open := p_execution;
  ELSE
    SELECT e.id INTO v_open FROM execution e WHERE e.rerun_of_id = p_execution AND e.completed_at IS NULL LIMIT 1;
  END IF;
  IF v_open IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'TU019', DETAIL = jsonb_build_object('execution', 'exec-' || v_open)::text,
      MESSAGE = CASE WHEN v_open = p_execution THEN format('exec-%s has not ended yet. Wait for it, or cancel it.',
        v_open) ELSE format('exec-%s runs parts of exec-%s again and has not ended yet. Wait for it, or cancel it.',
        v_open, p_execution) END;
  END IF;
  RETURN v_execution;
END $$;
COMMENT ON FUNCTION workers.lock_ended IS 'An ended execution, kept from being re-run twice at once.';
