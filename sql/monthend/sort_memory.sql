-- monthend.sort_memory: memory in kB for sorting one leaf's keys: enough to sort them without a spill, but at most
-- half of shared_buffers, which stands for the size of the machine; two leaves may be keyed at once.
CREATE OR REPLACE FUNCTION monthend.sort_memory(p_entries bigint) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  SELECT greatest(65536, least(p_entries * 64 / 1024,
    pg_size_bytes(current_setting('shared_buffers')) / 2048, 2097151))::text || 'kB';
$$;
COMMENT ON FUNCTION monthend.sort_memory(bigint) IS 'Memory for sorting one leaf''s keys.';
