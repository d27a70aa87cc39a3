-- workers.check_options: refuse jobs without a name or a type, and options out of range, naming the first job that has
-- them and what is allowed.
-- Locks: nothing. Raises: TU015.
CREATE OR REPLACE FUNCTION workers.check_options(p_kinds jsonb, p_jobs jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_kind bigint;
  v_key text;
  v_wrong text[];  -- the option, and what is allowed
BEGIN
  SELECT k.place, ARRAY[o.option, o.reason] INTO v_kind, v_wrong
  FROM jsonb_array_elements(p_kinds) WITH ORDINALITY k(kind, place) CROSS JOIN LATERAL (VALUES
    ('type', 'must be a text of 1 to 200 characters', length(k.kind ->> 'type') BETWEEN 1 AND 200),
    ('queue', 'must be a text of 1 to 200 characters', length(k.kind ->> 'queue') BETWEEN 1 AND 200),
    ('priority', 'must be one of ' || (SELECT string_agg(c.name, ', ' ORDER BY c.weight DESC NULLS LAST) FROM priority_class c),
      EXISTS (SELECT FROM priority_class c WHERE c.name = k.kind ->> 'priority')),
    ('max_attempts', 'must be a whole number from 1 to 1000', k.kind
      @@ '$.max_attempts >= 1 && $.max_attempts <= 1000 && $.max_attempts.floor() == $.max_attempts'),
    ('backoff_seconds', 'must be 0 to 86400', k.kind @@ '$.backoff_seconds >= 0 && $.backoff_seconds <= 86400'),
    ('timeout_seconds', 'must be above 0 and at most 31536000, a year', k.kind
      @@ '$.timeout_seconds == null || $.timeout_seconds > 0 && $.timeout_seconds <= 31536000')
  ) o(option, reason, fits)
  WHERE o.fits IS NOT TRUE LIMIT 1;
  IF FOUND THEN
    SELECT j ->> 'key' INTO v_key FROM jsonb_array_elements(p_jobs) j WHERE (j ->> 'kind')::bigint = v_kind LIMIT 1;
  ELSE
    SELECT w.key, w.wrong INTO v_key, v_wrong
    FROM (SELECT j ->> 'key' AS key, CASE
            WHEN coalesce(length(j ->> 'key'), 0) NOT BETWEEN 1 AND 200
              THEN ARRAY['key', 'must be a text of 1 to 200 characters']
            WHEN length(j ->> 'name') NOT BETWEEN 1 AND 200 THEN ARRAY['name', 'must be a text of 1 to 200 characters']
            WHEN jsonb_typeof(j -> 'payload') <> 'object' THEN ARRAY['payload', 'must be a JSON object']
            WHEN j ? 'delay_seconds' AND (j ->> 'delay_seconds')::float8 NOT BETWEEN 0 AND 315360000
              THEN ARRAY['delay_seconds', 'must be 0 to 315360000, ten years']
            WHEN j ?& '{run_at,delay_seconds}' THEN ARRAY['run_at', 'and delay_seconds exclude each other']
            WHEN j @? '$.depends_on[*].on_failure ? (@ != "cancel" && @ != "fail" && @ != "ignore")'
              THEN ARRAY['on_failure', 'must be cancel, fail or ignore']
          END AS wrong
          FROM jsonb_array_elements(p_jobs) j) w
    WHERE w.wrong IS NOT NULL LIMIT 1;
  END IF;
  IF v_wrong IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'TU015', DETAIL = jsonb_build_object('job', v_key, 'option', v_wrong[1])::text,
      MESSAGE = format('Job "%s": %s %s.', v_key, v_wrong[1], v_wrong[2]);
  END IF;
END $$;
COMMENT ON FUNCTION workers.check_options IS 'Refuses job options out of range.';
