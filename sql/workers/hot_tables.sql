-- workers.hot_tables: the engine's tables that change all the time, with their dead rows by the server's statistics,
-- and how many of them are no cause for a vacuum.
-- Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.hot_tables()
RETURNS TABLE (name text, live bigint, dead bigint, allowed bigint, bytes bigint)
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  SELECT t.name, s.live, s.dead, 2000 + s.live / 20, pg_relation_size(t.id)
  FROM unnest(ARRAY['ready', 'held', 'lease', 'blocked', 'execution', 'tally', 'queue', 'worker']) n(name),
    LATERAL (SELECT n.name, ('public.' || n.name)::regclass AS id) t,
    LATERAL (SELECT pg_stat_get_live_tuples(t.id) AS live, pg_stat_get_dead_tuples(t.id) AS dead) s
$$;
COMMENT ON FUNCTION workers.hot_tables IS 'Dead rows of the tables that change all the time.';
