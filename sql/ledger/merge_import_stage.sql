-- ledger.merge_import_stage: add the staged rows that the source's table does not have; gives how many that were.
-- Of lines with the same id in one block the first is taken. Nothing is updated: upstream's rows are never touched.
-- Locks: the source's imports (advisory, p_lock_space) until the end of the transaction. Raises: nothing of its own.
-- The join must probe the unique index: statistics of a table that is being loaded would make the planner scan it.
-- A method that is switched off costs so much that an older server would compile the plan each time: hence no jit.
CREATE OR REPLACE FUNCTION ledger.merge_import_stage(p_source int, p_lock_space int) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off AS $$
DECLARE
  source transaction_source;
  columns text;
  typed text;
  repeated boolean;
  added bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(p_lock_space, p_source);
  SELECT * INTO source FROM transaction_source s WHERE s.id = p_source;
  SELECT string_agg(quote_ident(c.name), ', '), string_agg(ledger.typed_column('s', c.name, c.kind), ', ')
    INTO columns, typed FROM ledger.import_columns(p_source) c;
  EXECUTE format('SELECT EXISTS (SELECT FROM import_stage GROUP BY %I HAVING count(*) > 1)', source.reference_column)
    INTO repeated;
  EXECUTE format('INSERT INTO %1$I (%2$s) SELECT %3$s FROM %4$s s
      WHERE NOT EXISTS (SELECT FROM %1$I t WHERE t.%5$I = s.%5$I)',
    source.relation, columns, typed,
    CASE WHEN repeated THEN format('(SELECT DISTINCT ON (%1$I) * FROM import_stage ORDER BY %1$I, line_number)',
      source.reference_column) ELSE 'import_stage' END,
    source.reference_column);
  GET DIAGNOSTICS added = ROW_COUNT;
  RETURN added;
END $$;
COMMENT ON FUNCTION ledger.merge_import_stage(int, int) IS 'Add the staged rows that the source does not have yet.';
