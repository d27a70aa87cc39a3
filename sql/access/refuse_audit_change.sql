-- access.refuse_audit_change: the audit trail takes new entries and nothing else, whoever asks.
-- Locks: nothing. Raises: TU302 on UPDATE, DELETE and TRUNCATE of audit_entry.
CREATE OR REPLACE FUNCTION access.refuse_audit_change()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public
AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'TU302',
        MESSAGE = format('The audit trail is append-only: %s is refused.', TG_OP);
END
$$;

COMMENT ON FUNCTION access.refuse_audit_change()
IS 'Trigger: refuses to change or remove an entry of the audit trail.';

CREATE OR REPLACE TRIGGER audit_entry_append_only
BEFORE UPDATE OR DELETE ON audit_entry
FOR EACH ROW EXECUTE FUNCTION access.refuse_audit_change();

CREATE OR REPLACE TRIGGER audit_entry_no_truncate
BEFORE TRUNCATE ON audit_entry
FOR EACH STATEMENT EXECUTE FUNCTION access.refuse_audit_change();
