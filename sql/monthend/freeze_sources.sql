-- monthend.freeze_sources: fix the last key of each input, so that rows which arrive later belong to a later batch.
-- Locks: each table SHARE, for an instant and only where it is a table: it waits for writers that already drew a key,
-- and a key drawn after it is larger. Fenced. Raises: TU001 stale claim, 55P03 when a writer does not finish in time.
CREATE OR REPLACE FUNCTION monthend.freeze_sources(p_batch int, p_fence bigint, p_job bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public SET lock_timeout = '20s' AS $$
DECLARE
  source transaction_source;
  newest bigint;
BEGIN
  PERFORM monthend.enter(p_batch, p_fence, p_job);
  FOR source IN SELECT s.* FROM transaction_source s JOIN month_end_input i ON i.source_id = s.id
      WHERE i.batch_id = p_batch ORDER BY s.id LOOP
    IF (SELECT c.relkind IN ('r', 'p') FROM pg_class c WHERE c.oid = to_regclass(source.relation)) THEN
      EXECUTE format('LOCK TABLE %s IN SHARE MODE', to_regclass(source.relation));
    END IF;
    EXECUTE format('SELECT max(t.%I) FROM %s t', source.key_column, to_regclass(source.relation)) INTO newest;
    UPDATE month_end_input i SET last_key = newest WHERE i.batch_id = p_batch AND i.source_id = source.id;
  END LOOP;
END $$;
COMMENT ON FUNCTION monthend.freeze_sources(int, bigint, bigint) IS 'Fix the last key of each input of a batch.';
