-- monthend.analyze_leaves: give the planner statistics of a committed batch's leaves.
CREATE OR REPLACE FUNCTION monthend.analyze_leaves(p_batch int) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  leaf month_end_leaf;
BEGIN
  FOR leaf IN SELECT * FROM month_end_leaf l WHERE l.batch_id = p_batch AND l.attached_at IS NOT NULL LOOP
    EXECUTE format('ANALYZE public.%I', leaf.table_name);
  END LOOP;
END $$;
COMMENT ON FUNCTION monthend.analyze_leaves(int) IS 'Statistics of a committed batch''s leaves.';
