-- monthend.drop_leaves: drop the detached leaves of a batch; an attached leaf is never dropped. Gives up soon when a
-- session still works on a leaf (55P03); the caller interrupts that session and calls again.
CREATE OR REPLACE FUNCTION monthend.drop_leaves(p_batch int) RETURNS int
LANGUAGE plpgsql SET search_path = pg_catalog, public SET lock_timeout = '250ms' AS $$
DECLARE
  leaf month_end_leaf;
  dropped int := 0;
BEGIN
  FOR leaf IN SELECT * FROM month_end_leaf l
      WHERE l.batch_id = p_batch AND l.attached_at IS NULL AND l.dropped_at IS NULL ORDER BY l.number LOOP
    EXECUTE format('DROP TABLE IF EXISTS public.%I', leaf.table_name);
    UPDATE month_end_leaf l SET dropped_at = clock_timestamp() WHERE l.id = leaf.id;
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END $$;
COMMENT ON FUNCTION monthend.drop_leaves(int) IS 'Drop the detached leaves of a batch.';
