-- monthend.posted_blocks: the blocks of one source that stand posted for a period: of committed batches that were not
-- reversed and are no reversals themselves.
CREATE OR REPLACE FUNCTION monthend.posted_blocks(p_period int, p_source smallint)
RETURNS SETOF month_end_block LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  SELECT b.* FROM month_end_block b JOIN month_end_batch m ON m.id = b.batch_id
  WHERE m.period_id = p_period AND m.status = 'COMMITTED' AND m.reverses_id IS NULL AND b.source_id = p_source;
$$;
COMMENT ON FUNCTION monthend.posted_blocks(int, smallint) IS 'The blocks of one source that stand posted for a period.';
