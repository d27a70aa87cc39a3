-- monthend.create_leaves: create the detached tables of a batch: the journal's columns and CHECKs and the CHECK of the
-- bound, so that attaching needs no scan; no index, no foreign key, no trigger, so that loading costs only the rows.
CREATE OR REPLACE FUNCTION monthend.create_leaves(p_batch int) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  leaf month_end_leaf;
BEGIN
  INSERT INTO month_end_leaf (batch_id, number, table_name, first_entry, last_entry)
    SELECT p_batch, r.leaf_number, format('journal_entry_b%s_%s', p_batch, r.leaf_number), min(r.first_entry),
      max(r.last_entry)
    FROM month_end_range r WHERE r.batch_id = p_batch GROUP BY r.leaf_number;
  FOR leaf IN SELECT * FROM month_end_leaf l WHERE l.batch_id = p_batch ORDER BY l.number LOOP
    EXECUTE format('CREATE TABLE public.%I (LIKE public.journal_entry INCLUDING DEFAULTS INCLUDING CONSTRAINTS,
        CONSTRAINT %I CHECK (entry_number IS NOT NULL AND entry_number >= %s::bigint AND entry_number < %s::bigint))
        WITH (autovacuum_enabled = off)',
      leaf.table_name, leaf.table_name || '_bound', leaf.first_entry, leaf.last_entry + 1);
  END LOOP;
END $$;
COMMENT ON FUNCTION monthend.create_leaves(int) IS 'Create the detached tables of a batch.';
