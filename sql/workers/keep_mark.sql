-- workers.keep_mark: note where this session is in a stream. p_look is when it looks at the start again; NULL after it
-- just did: then in a second, later when the look was slow.
-- Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.keep_mark(p_stream text, p_look timestamptz, p_run_at timestamptz, p_id bigint)
RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  p_look := coalesce(p_look,
    clock_timestamp() + greatest(interval '1 second', 50 * (clock_timestamp() - statement_timestamp())));
  PERFORM set_config('tutup.' || p_stream, concat_ws('|', p_look, p_run_at, p_id), false);
END $$;
COMMENT ON FUNCTION workers.keep_mark IS 'Notes where this session is in a stream.';
