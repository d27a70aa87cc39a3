-- transform.finish_chunk: keep what became of a chunk, once, and let go of its items. Returns false when the chunk was
-- done before. Errors are a JSON array of row, field and reason.
-- Locks: the claim's lease (FOR KEY SHARE), then the chunk. Raises: TU001 stale claim.
CREATE OR REPLACE FUNCTION transform.finish_chunk(p_batch bigint, p_number integer, p_results bytea, p_count integer,
  p_filtered integer, p_errors jsonb, p_seconds float8, p_process text, p_memory bigint, p_fence bigint, p_job bigint)
RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM workers.hold_lease(p_fence, p_job);
  UPDATE transform_chunk c SET state = 'done', items = ''::bytea, results = p_results, result_count = p_count,
      filtered = p_filtered, errors = p_errors, seconds = p_seconds, process = p_process, memory_bytes = p_memory
    WHERE c.batch_id = p_batch AND c.number = p_number AND c.state = 'pending';
  RETURN FOUND;
END $$;
COMMENT ON FUNCTION transform.finish_chunk IS 'Keeps what became of a chunk that the claim still holds.';
