-- reconciliation.settled_mismatches: which of these mismatches were resolved by themselves before that moment: nobody
-- has to act on them, no repair and no entry of the audit trail is about them.
-- Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION reconciliation.settled_mismatches(p_mismatches uuid[], p_before timestamptz)
RETURNS SETOF uuid
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  SELECT m.id FROM mismatch m
  WHERE m.id = ANY (p_mismatches) AND m.resolution_status IN ('AUTO_RESOLVED', 'MANUAL_RESOLVED')
    AND m.resolved_at < p_before AND NOT EXISTS (SELECT FROM repair r WHERE r.mismatch_id = m.id)
    AND NOT EXISTS (SELECT FROM audit_entry a WHERE a.target = m.id::text)
$$;
COMMENT ON FUNCTION reconciliation.settled_mismatches(uuid[], timestamptz) IS
  'Mismatches whose history may be forgotten.';
