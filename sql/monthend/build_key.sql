-- monthend.build_key: build the primary key of a full leaf, which also proves that no number occurs twice. Does
-- nothing when it is there. Locks: the lease; the leaf ACCESS EXCLUSIVE (nobody else knows it yet). Raises: TU001
-- stale claim.
CREATE OR REPLACE FUNCTION monthend.build_key(p_batch int, p_leaf int, p_fence bigint, p_job bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  leaf month_end_leaf;
BEGIN
  PERFORM monthend.enter(p_batch, p_fence, p_job);
  SELECT * INTO STRICT leaf FROM month_end_leaf l WHERE l.batch_id = p_batch AND l.number = p_leaf FOR NO KEY UPDATE;
  IF leaf.keyed_at IS NOT NULL THEN
    RETURN;
  END IF;
  PERFORM set_config('maintenance_work_mem', monthend.sort_memory(leaf.last_entry - leaf.first_entry + 1), true);
  EXECUTE format('ALTER TABLE public.%I ADD PRIMARY KEY (entry_number)', leaf.table_name);
  UPDATE month_end_leaf l SET keyed_at = clock_timestamp() WHERE l.id = leaf.id;
  PERFORM monthend.log_event(p_batch, 'keyed', format('Leaf %s has its primary key.', p_leaf));
END $$;
COMMENT ON FUNCTION monthend.build_key(int, int, bigint, bigint) IS 'Build the primary key of a full leaf.';
