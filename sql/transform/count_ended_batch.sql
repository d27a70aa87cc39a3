-- transform.count_ended_batch: a batch has ended: give its place back, and add it to the totals of its version, which
-- metrics show as counters and estimates read rates from. They outlive the batches.
-- A version has eight rows of totals; a batch takes any, so that batches which end together seldom wait for each other.
-- Locks: the place, then one row of transform_total, until the transaction ends. Raises: nothing.
CREATE OR REPLACE FUNCTION transform.count_ended_batch() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_counts int := (new.status <> 'cancelled')::int;  -- a batch that was stopped says nothing of durations
  v_seconds float8 := coalesce(new.duration, 0);
  v_errors bigint := greatest(new.failed, (new.status = 'failed')::int);
  v_measured int := (new.total >= 100)::int;  -- a few items are over before the processor is warm
  v_within bigint[] := array(SELECT v_counts * (v_seconds <= b.seconds)::int
    FROM unnest(transform.duration_bounds()) WITH ORDINALITY b (seconds, place) ORDER BY b.place);
BEGIN
  UPDATE transform_slot s SET batch_id = NULL WHERE s.batch_id = new.id;
  INSERT INTO transform_total AS t (version_id, shard, batches, processed, errors, duration, within,
      work_items, work_seconds)
    VALUES (new.version_id, floor(random() * 8), v_counts, new.processed, v_errors, v_counts * v_seconds, v_within,
      v_measured * new.processed, v_measured * new.work_seconds)
    ON CONFLICT (version_id, shard) DO UPDATE SET
      batches = t.batches + excluded.batches,
      processed = t.processed + excluded.processed,
      errors = t.errors + excluded.errors,
      duration = t.duration + excluded.duration,
      within = array(SELECT coalesce(u.known, 0) + coalesce(u.more, 0)
        FROM unnest(t.within, excluded.within) WITH ORDINALITY u (known, more, place) ORDER BY u.place),
      work_items = t.work_items + excluded.work_items,
      work_seconds = t.work_seconds + excluded.work_seconds;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION transform.count_ended_batch() IS 'Give back the place of a batch that has ended, and count it.';

CREATE OR REPLACE TRIGGER transform_batch_ended AFTER UPDATE OF status ON transform_batch
  FOR EACH ROW WHEN (old.status IN ('queued', 'processing') AND new.status NOT IN ('queued', 'processing'))
  EXECUTE FUNCTION transform.count_ended_batch();
