-- processor.note_batch: report that a batch was submitted or has ended, for the figures by minute, and tell those that
-- wait for its end. It adds a row and so waits for nobody. Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION processor.note_batch() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  INSERT INTO inference_batch_event (model, status, seconds, completed_items, failed_items)
    SELECT m.name || '-v' || v.version, new.status,
      CASE WHEN TG_OP = 'UPDATE' THEN extract(epoch FROM clock_timestamp() - new.queued_at) END, new.completed, new.failed
    FROM model_version v JOIN inference_model m ON m.id = v.model_id WHERE v.id = new.model_version_id;
  IF TG_OP = 'UPDATE' THEN
    PERFORM pg_notify('processor_batch_ended', new.batch_id);
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION processor.note_batch IS 'Reports that a batch was submitted or has ended.';

CREATE OR REPLACE TRIGGER inference_batch_submitted AFTER INSERT ON inference_batch
  FOR EACH ROW EXECUTE FUNCTION processor.note_batch();
CREATE OR REPLACE TRIGGER inference_batch_ended AFTER UPDATE OF status ON inference_batch
  FOR EACH ROW WHEN (old.status <> new.status AND new.status IN ('completed', 'failed', 'cancelled', 'expired'))
  EXECUTE FUNCTION processor.note_batch();
