-- monthend.entries_select: the SELECT that gives the entries of a block, of a close or of a reversal.
CREATE OR REPLACE FUNCTION monthend.entries_select(p_batch month_end_batch, p_block month_end_block) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  SELECT CASE WHEN p_batch.reverses_id IS NULL
    THEN monthend.block_select(p_batch, i, p_block) ELSE monthend.reversal_select(p_batch, p_block) END
  FROM month_end_input i WHERE i.batch_id = p_batch.id AND i.source_id = p_block.source_id;
$$;
COMMENT ON FUNCTION monthend.entries_select(month_end_batch, month_end_block)
  IS 'The SELECT that gives a block''s entries.';
