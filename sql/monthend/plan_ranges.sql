-- monthend.plan_ranges: gather the blocks of a batch into at most worker_count ranges of about equal weight, the
-- ranges into at most p_leaves leaves, and give every block its first entry number. Locks: the number counter until
-- commit.
CREATE OR REPLACE FUNCTION monthend.plan_ranges(p_batch month_end_batch, p_leaves int) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  base bigint;
BEGIN
  SELECT c.next_number INTO STRICT base FROM entry_number_counter c FOR UPDATE;
  WITH weighed AS (
    SELECT b.id, sum(b.transactions) OVER before_it - b.transactions AS transactions_before,
      sum(b.entries) OVER before_it - b.entries AS entries_before, sum(b.transactions) OVER () AS total
    FROM month_end_block b WHERE b.batch_id = p_batch.id WINDOW before_it AS (ORDER BY b.number)),
  placed AS (
    SELECT w.id, base + w.entries_before AS first_entry,
      dense_rank() OVER (ORDER BY floor(w.transactions_before * p_batch.worker_count / w.total)) AS range_number
    FROM weighed w)
  UPDATE month_end_block b SET first_entry = p.first_entry, range_number = p.range_number FROM placed p
    WHERE p.id = b.id;
  INSERT INTO month_end_range (batch_id, number, leaf_number, first_block, last_block, next_block, first_entry,
    last_entry,
      transactions, entries)
    SELECT p_batch.id, g.range_number,
      dense_rank() OVER (ORDER BY floor((g.entries_through - g.entries) * p_leaves / g.all_entries)),
      g.first_block, g.last_block, g.first_block, g.first_entry, g.first_entry + g.entries - 1,
      g.transactions, g.entries
    FROM (
      SELECT b.range_number, min(b.number) AS first_block, max(b.number) AS last_block,
        min(b.first_entry) AS first_entry,
        sum(b.entries)::bigint AS entries, sum(b.transactions)::bigint AS transactions,
        sum(sum(b.entries)) OVER (ORDER BY b.range_number) AS entries_through,
        sum(sum(b.entries)) OVER () AS all_entries
      FROM month_end_block b WHERE b.batch_id = p_batch.id GROUP BY b.range_number) g;
  UPDATE entry_number_counter c SET next_number = base
    + (SELECT coalesce(sum(r.entries), 0) FROM month_end_range r WHERE r.batch_id = p_batch.id);
END $$;
COMMENT ON FUNCTION monthend.plan_ranges(month_end_batch, int)
  IS 'Gather blocks into ranges and leaves and number them.';
