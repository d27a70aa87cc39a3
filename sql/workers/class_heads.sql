-- workers.class_heads: what workers.lane_heads tells, for a worker with so many lanes that looking into each would cost
-- more than the claim: it reads the first due rows of each priority class instead, apart for each horizon, since due
-- times alone don't tell the order between lanes of different lags. o_seen: the order up to which the answer is
-- complete; lanes that it doesn't name have nothing before that.
-- Locks: nothing.
CREATE OR REPLACE FUNCTION workers.class_heads(p_lanes integer[], p_lags float8[], p_classes text[],
  OUT o_places bigint[], OUT o_orders timestamptz[], OUT o_seen timestamptz)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  c_rows CONSTANT integer := 16;
  v_stream record;
  v_mark record;
  v_found record;
BEGIN
  o_places := '{}'; o_orders := '{}'; o_seen := 'infinity';
  FOR v_stream IN
      SELECT u.class, make_interval(secs => u.lag) AS lag, array_agg(u.lane) FILTER (WHERE u.lane IS NOT NULL) AS lanes,
        bool_and(u.lane IS NOT NULL) AS whole,
        format('class_%s_%s', encode(convert_to(u.class, 'UTF8'), 'hex'), round(u.lag * 1000)) AS name
      FROM unnest(p_classes, p_lags, p_lanes) u(class, lag, lane) GROUP BY u.class, u.lag
      HAVING count(u.lane) > 0 LOOP
    v_mark := workers.claim_mark(v_stream.name);
    LOOP
      SELECT array_agg(r.lane_id ORDER BY r.run_at, r.id) AS lanes, array_agg(r.run_at ORDER BY r.run_at, r.id) AS due,
          min(r.run_at) AS run_at, (array_agg(r.id ORDER BY r.run_at, r.id))[1] AS id, count(*) AS rows INTO v_found
        FROM (SELECT r.lane_id, r.run_at, r.id FROM ready r
              WHERE r.priority = v_stream.class AND (r.run_at, r.id) >= (v_mark.o_run_at, v_mark.o_id)
                AND r.run_at <= now() AND r.lane_id = ANY (v_stream.lanes)
              ORDER BY r.run_at, r.id LIMIT c_rows) r;
      EXIT WHEN v_found.rows > 0 OR v_mark.o_look IS NULL;
      v_mark.o_look := NULL; v_mark.o_run_at := '-infinity'; v_mark.o_id := 0;
    END LOOP;
    CONTINUE WHEN v_found.rows = 0;
    IF v_stream.whole THEN  -- a lane that is left out now, by a limit or a pause, must not be skipped later
      PERFORM workers.keep_mark(v_stream.name, v_mark.o_look, v_found.run_at, v_found.id);
    END IF;
    SELECT o_places || array_agg(n.place ORDER BY n.place), o_orders || array_agg(n.order_at ORDER BY n.place)
      INTO o_places, o_orders
      FROM (SELECT array_position(p_lanes, f.lane)::bigint AS place, min(f.run_at) + v_stream.lag AS order_at
            FROM unnest(v_found.lanes, v_found.due) f(lane, run_at) GROUP BY f.lane) n;
    IF v_found.rows = c_rows THEN
      o_seen := least(o_seen, v_found.due[c_rows] + v_stream.lag);
    END IF;
  END LOOP;
END $$;
COMMENT ON FUNCTION workers.class_heads IS 'The first lanes of each class, for a worker that serves many.';
