-- workers.check_options: refuse a job without a name or a type, and options out of range, naming the job and what is
-- allowed.
-- Locks: nothing. Raises: TU015.
CREATE OR REPLACE FUNCTION workers.check_options(p_jobs jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_key text;
  v_option text;
  v_reason text;
BEGIN
  SELECT j ->> 'key', o.option, o.reason INTO v_key, v_option, v_reason
  FROM jsonb_array_elements(p_jobs) j CROSS JOIN LATERAL (VALUES
    ('key', 'must be a text of 1 to 200 characters', coalesce(length(j ->> 'key'), 0) BETWEEN 1 AND 200),
    ('type', 'must be a text of 1 to 200 characters', coalesce(length(j ->> 'type'), 0) BETWEEN 1 AND 200),
    ('queue', 'must be a text of 1 to 200 characters', coalesce(length(j ->> 'queue'), 0) BETWEEN 1 AND 200),
    ('payload', 'must be a JSON object', coalesce(jsonb_typeof(j -> 'payload'), 'object') = 'object'),
    ('priority', 'must be one of ' || (SELECT string_agg(c.name, ', ' ORDER BY c.weight DESC) FROM priority_class c),
      EXISTS (SELECT FROM priority_class c WHERE c.name = j ->> 'priority')),
    ('max_attempts', 'must be 1 to 1000', coalesce((j ->> 'max_attempts')::integer, 0) BETWEEN 1 AND 1000),
    ('backoff_seconds', 'must be 0 to 86400', coalesce((j ->> 'backoff_seconds')::float8, -1) BETWEEN 0 AND 86400),
    ('timeout_seconds', 'must be above 0', coalesce((j ->> 'timeout_seconds')::float8, 1) > 0),
    ('on_failure', 'must be cancel, fail or ignore', NOT j
      @? '$.depends_on[*].on_failure ? (@ != "cancel" && @ != "fail" && @ != "ignore")')
  ) o(option, reason, fits)
  WHERE NOT o.fits LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'TU015', DETAIL = jsonb_build_object('job', v_key, 'option', v_option)::text,
      MESSAGE = format('Job "%s": %s %s.', v_key, v_option, v_reason);
  END IF;
END $$;
COMMENT ON FUNCTION workers.check_options IS 'Refuses job options out of range.';
