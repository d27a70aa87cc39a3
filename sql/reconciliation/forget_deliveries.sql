-- reconciliation.forget_deliveries: delete up to p_rows deliveries of webhooks that are older than p_before and have
-- ended. o_last is 0 while there may be more, then NULL.
-- Locks: the rows it deletes. Raises: nothing.
CREATE OR REPLACE FUNCTION reconciliation.forget_deliveries(p_before timestamptz, p_rows integer, OUT o_last bigint,
  OUT o_forgotten bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  DELETE FROM webhook_delivery d WHERE d.id = ANY (array(
    SELECT o.id FROM webhook_delivery o WHERE o.created_at < p_before AND o.state <> 'pending' LIMIT p_rows));
  GET DIAGNOSTICS o_forgotten = ROW_COUNT;
  o_last := CASE WHEN o_forgotten = p_rows THEN 0 END;
END $$;
COMMENT ON FUNCTION reconciliation.forget_deliveries(timestamptz, integer) IS 'Deletes old deliveries of webhooks.';
