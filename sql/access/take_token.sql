-- access.take_token: take one token out of a throttle's bucket, or say how long until there is one.
-- A bucket fills by p_rate tokens a second up to p_burst; a new one is full. Exact over any number of processes,
-- since the bucket's row is locked from reading to writing. A refusal writes nothing.
-- Locks: the bucket's row (FOR UPDATE) until the transaction ends, so call it in a transaction of its own.
-- Raises: nothing of ours.
CREATE OR REPLACE FUNCTION access.take_token(
    p_key text,
    p_rate double precision,
    p_burst double precision,
    p_now timestamptz DEFAULT clock_timestamp(),
    OUT allowed boolean,
    OUT retry_after double precision
)
LANGUAGE plpgsql
SET search_path = pg_catalog, public
AS $$
DECLARE
    v_bucket token_bucket;
    v_tokens double precision;
BEGIN
    LOOP
        SELECT * INTO v_bucket FROM token_bucket WHERE key = p_key FOR UPDATE;
        EXIT WHEN FOUND;
        INSERT INTO token_bucket (key, tokens, refilled_at) VALUES (p_key, p_burst, p_now) ON CONFLICT DO NOTHING;
        -- A new bucket pays for the removal of old ones. After a day each is full again, which is what no row means.
        DELETE FROM token_bucket
        WHERE key IN (
            SELECT key FROM token_bucket
            WHERE refilled_at < p_now - interval '1 day'
            LIMIT 10
            FOR UPDATE SKIP LOCKED
        );
    END LOOP;

    -- Who waited for the row may carry an older time than the row does: no tokens for that, and time never goes back.
    v_tokens := least(
        p_burst,
        v_bucket.tokens + p_rate * greatest(0, extract(epoch FROM p_now - v_bucket.refilled_at)::double precision)
    );
    allowed := v_tokens >= 1;
    retry_after := CASE WHEN allowed THEN 0 ELSE (1 - v_tokens) / p_rate END;
    IF allowed THEN
        UPDATE token_bucket
        SET tokens = v_tokens - 1, refilled_at = greatest(p_now, v_bucket.refilled_at)
        WHERE key = p_key;
    END IF;
END
$$;

COMMENT ON FUNCTION access.take_token(text, double precision, double precision, timestamptz)
IS 'Take one token out of a throttle''s bucket, or say how many seconds until there is one.';
