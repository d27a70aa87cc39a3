-- monthend.parsed: a text as jsonb, or NULL when it is none.
CREATE OR REPLACE FUNCTION monthend.parsed(p_text text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, public AS $$
BEGIN
  RETURN p_text::jsonb;
EXCEPTION WHEN invalid_text_representation THEN
  RETURN NULL;
END $$;
COMMENT ON FUNCTION monthend.parsed(text) IS 'A text as jsonb, or NULL when it is none.';
