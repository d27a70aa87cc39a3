-- workers.poll: one round trip of a worker: report what is finished, open what waited for it, claim what is next; one
-- commit for all of it.
--   p_jobs, p_fences  completed jobs with the claims they came by, in order of claim and job
--   p_outputs         their outputs as one JSON array, NULL when all are null
--   p_failures        [{job, fence, outcome, error, until}], outcomes retry, fail and release as workers.end_attempts has
--                     them; until is of what was put off
--   p_slots           free slots: each takes one job, or as many as the worker prefetches of a type
--   p_sweep           also take back lost claims, go on with cancelling, admit held jobs that became due
-- Returns a row for each answer:
--   claimed  a claim: its jobs as workers.claimed_jobs gives them, and what they share
--   refused  reported jobs that the claim no longer held: the results were dropped
--   busy     slots are left, and due jobs in rows that others hold at this moment: ask again in a moment
--   more     slots are left, and jobs were let in after the claim: ask again at once
-- Locks, in this order, each in order of id: leases, blocked, ready (skipping those of others), executions.
-- Raises: TU002 when a worker that isn't registered claims.
CREATE OR REPLACE FUNCTION workers.poll(p_worker integer, p_slots integer, p_jobs bigint[] DEFAULT NULL,
  p_fences bigint[] DEFAULT NULL, p_outputs jsonb DEFAULT NULL, p_failures jsonb DEFAULT NULL,
  p_sweep boolean DEFAULT false)
RETURNS TABLE (answer text, fence bigint, jobs bigint[], executions bigint[], attempt integer, queue text, type text,
  keys text[], names text[], timeouts float8[], payloads text, errors text, checkpoints text)
LANGUAGE plpgsql SET search_path = pg_catalog, public
-- it touches few rows by index: a plan made while the tables were empty must not be a scan once they are full
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS $$
#variable_conflict use_column
DECLARE
  v_done record;
  v_jobs bigint[] := '{}';  -- what the reports and the sweep ended, with executions, states, and 1 for those admitted
  v_executions bigint[] := '{}';
  v_states text[] := '{}';
  v_places integer[] := '{}';
  v_linked boolean := false;
  v_opened record;
  v_claimed record;
  v_left integer := 0;  -- opened here and not claimed here
  v_claims integer := 0;
  v_started bigint[] := '{}';
  v_room bigint[] := '{}';
  v_admitted integer[];
  v_woken integer[] := '{}';
BEGIN
  IF p_jobs IS NOT NULL OR p_failures IS NOT NULL THEN
    v_done := workers.report(p_worker, p_jobs, p_fences, p_outputs, p_failures);
    v_jobs := v_done.o_jobs;
    v_executions := v_done.o_executions;
    v_states := v_done.o_states;
    v_places := array_fill(1, ARRAY[cardinality(v_jobs)]);
    v_linked := v_done.o_linked;
    IF cardinality(v_jobs) < coalesce(cardinality(p_jobs), 0) + coalesce(jsonb_array_length(p_failures), 0) THEN
      RETURN QUERY SELECT 'refused', d.fence, array_agg(d.job), NULL::bigint[], NULL::integer, NULL, NULL, NULL::text[],
          NULL::text[], NULL::float8[], NULL, NULL, NULL
        FROM (SELECT * FROM unnest(p_jobs, p_fences) UNION ALL
              SELECT f.job, f.fence FROM jsonb_to_recordset(p_failures) f(job bigint, fence bigint)) d(job, fence)
        WHERE d.job <> ALL (v_jobs) GROUP BY d.fence;
    END IF;
  END IF;
  IF p_sweep THEN
    v_done := workers.collect();
    v_jobs := v_jobs || v_done.o_jobs;
    v_executions := v_executions || v_done.o_executions;
    v_states := v_states || v_done.o_states;
    v_places := v_places || v_done.o_places;
    v_linked := v_linked OR v_done.o_jobs <> '{}';
    v_room := v_done.o_room;
    v_woken := v_done.o_lanes;
  END IF;
  IF v_linked THEN
    v_opened := workers.open_ended(v_jobs, v_states);
    v_executions := v_executions || v_opened.o_executions;
    v_states := v_states || v_opened.o_states;
    v_places := v_places || array_fill(0, ARRAY[cardinality(v_opened.o_jobs)]);
    v_left := v_opened.o_opened;
  END IF;
  IF p_slots > 0 THEN
    v_claimed := workers.claim(p_worker, p_slots);
    v_claims := v_claimed.o_jobs;
    v_left := v_left - v_claims;
    IF v_claimed.o_fences <> '{}' THEN
      RETURN QUERY SELECT 'claimed', l.id, c.o_ids, l.executions, l.attempt::integer, q.name, n.type, c.o_keys, c.o_names,
          c.o_timeouts, c.o_payloads, c.o_errors, c.o_checkpoints
        FROM lease l JOIN lane n ON n.id = l.lane_id JOIN queue q ON q.id = n.queue_id
        CROSS JOIN LATERAL workers.claimed_jobs(l.ids, l.attempt, l.again) c
        WHERE l.id = ANY (v_claimed.o_fences);
      v_started := array(
        SELECT e.id FROM execution e WHERE e.id = ANY (v_claimed.o_executions) AND e.status = 'pending');
    END IF;
    IF v_claimed.o_busy THEN
      answer := 'busy';
      RETURN NEXT;
    END IF;
  END IF;
  IF v_left > 0 THEN
    v_woken := v_woken || v_opened.o_lanes;
  END IF;
  IF p_slots = 0 AND v_jobs <> '{}' THEN
    v_woken := v_woken || workers.freed_lanes(v_jobs);
  END IF;
  IF v_started = '{}' AND v_room = '{}' AND v_executions <> '{}'
      AND v_executions[1] = ALL (v_executions) AND 'completed' = ALL (v_states)
      AND workers.count_completed(v_executions[1], cardinality(v_states)) THEN
    NULL;
  ELSIF v_executions <> '{}' OR v_started <> '{}' OR v_room <> '{}' THEN
    v_admitted := workers.count_jobs(v_executions, v_states, v_places, v_started, v_room);
    IF v_admitted <> '{}' AND v_claims < p_slots THEN
      answer := 'more';
      RETURN NEXT;
    END IF;
    v_woken := v_woken || v_admitted;
  END IF;
  IF v_woken <> '{}' THEN
    PERFORM workers.notify(v_woken);
  END IF;
END $$;
COMMENT ON FUNCTION workers.poll IS 'A worker''s round trip: report finished jobs, claim the next ones.';
