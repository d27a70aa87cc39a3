-- monthend.log_event: add one line to a batch's timeline.
CREATE OR REPLACE FUNCTION monthend.log_event(p_batch int, p_name text, p_message text, p_actor int DEFAULT NULL)
RETURNS void LANGUAGE sql SET search_path = pg_catalog, public AS $$
  INSERT INTO month_end_event (batch_id, name, message, actor_id, at)
  VALUES (p_batch, p_name, p_message, p_actor, clock_timestamp());
$$;
COMMENT ON FUNCTION monthend.log_event(int, text, text, int) IS 'Add one line to a batch''s timeline.';
