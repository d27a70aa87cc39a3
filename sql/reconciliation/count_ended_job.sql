-- reconciliation.count_ended_job: add a job that has ended to the totals of its table, which metrics show as counters.
-- They outlive the jobs, and a scrape reads a row per table however many jobs there were.
-- Locks: the table's row of reconciliation_total until the transaction ends; one job per table runs at a time.
CREATE OR REPLACE FUNCTION reconciliation.count_ended_job() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_completed int := (new.status = 'COMPLETED')::int;
  v_seconds float8 := coalesce(extract(epoch FROM new.completed_at - coalesce(new.started_at, new.created_at)), 0);
BEGIN
  IF TG_OP = 'UPDATE' AND old.status = new.status THEN
    RETURN NULL;
  END IF;
  INSERT INTO reconciliation_total AS t (table_name, completed, failed, missing_in_target, missing_in_source,
      data_mismatches, seconds, within_10, within_30, within_60)
    VALUES (new.table_name, v_completed, 1 - v_completed, new.missing_in_target, new.missing_in_source,
      new.data_mismatches, v_completed * v_seconds, v_completed * (v_seconds <= 10)::int,
      v_completed * (v_seconds <= 30)::int, v_completed * (v_seconds <= 60)::int)
    ON CONFLICT (table_name) DO UPDATE SET
      completed = t.completed + excluded.completed,
      failed = t.failed + excluded.failed,
      missing_in_target = t.missing_in_target + excluded.missing_in_target,
      missing_in_source = t.missing_in_source + excluded.missing_in_source,
      data_mismatches = t.data_mismatches + excluded.data_mismatches,
      seconds = t.seconds + excluded.seconds,
      within_10 = t.within_10 + excluded.within_10,
      within_30 = t.within_30 + excluded.within_30,
      within_60 = t.within_60 + excluded.within_60;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION reconciliation.count_ended_job() IS 'Add a job that has ended to the totals of its table.';

CREATE OR REPLACE TRIGGER reconciliation_job_ended AFTER INSERT OR UPDATE OF status ON reconciliation_job
  FOR EACH ROW WHEN (new.status <> 'RUNNING') EXECUTE FUNCTION reconciliation.count_ended_job();
