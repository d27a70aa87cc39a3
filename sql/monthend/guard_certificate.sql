-- monthend.guard_certificate: a certificate is written once; nobody edits or removes it.
-- Locks: none. Raises: TU106 certificate is final.
CREATE OR REPLACE FUNCTION monthend.guard_certificate() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'TU106', MESSAGE = 'A certificate is final; reverse the batch instead.';
END $$;
COMMENT ON FUNCTION monthend.guard_certificate() IS 'Certificates are append-only.';

CREATE OR REPLACE TRIGGER month_end_certificate_final BEFORE UPDATE OR DELETE ON month_end_certificate
  FOR EACH ROW EXECUTE FUNCTION monthend.guard_certificate();
CREATE OR REPLACE TRIGGER month_end_certificate_kept BEFORE TRUNCATE ON month_end_certificate
  FOR EACH STATEMENT EXECUTE FUNCTION monthend.guard_certificate();
