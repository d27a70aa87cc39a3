-- processor.figures: the minutes that begin between two moments, of these models or of all for NULL: those that are
-- folded and what isn't yet, so a minute may come twice. Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION processor.figures(p_from timestamptz, p_until timestamptz, p_models text[] DEFAULT NULL)
RETURNS SETOF inference_minute
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  SELECT m.* FROM inference_minute m
  WHERE m.minute >= p_from AND m.minute < p_until AND (p_models IS NULL OR m.model = ANY (p_models))
  UNION ALL
  SELECT r.* FROM processor.recent_figures() r
  WHERE r.minute >= p_from AND r.minute < p_until AND (p_models IS NULL OR r.model = ANY (p_models))
$$;
COMMENT ON FUNCTION processor.figures IS 'The minutes that begin between two moments, folded or not.';
