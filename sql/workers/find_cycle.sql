-- workers.find_cycle: a cycle among the edges of p_nodes nodes numbered from 1, as its nodes in order; NULL without
-- one. Kahn's algorithm over arrays, linear in nodes and edges: a set-based one needs a statement for each layer.
-- Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.find_cycle(p_nodes integer, p_parents integer[], p_children integer[])
RETURNS integer[]
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, public AS $$
DECLARE
  v_children integer[];  -- the edges' children, sorted by parent
  v_first integer[];     -- node n's children are v_children[v_first[n] : v_first[n + 1] - 1]
  v_open integer[];      -- parents of a node not yet taken away
  v_queue integer[] := array_fill(0, ARRAY[p_nodes]);
  v_parent integer[] := array_fill(0, ARRAY[p_nodes]);  -- for nodes that remain: a parent that remains
  v_seen integer[] := array_fill(0, ARRAY[p_nodes]);
  v_cycle integer[] := '{}';
  v_head integer := 1;
  v_tail integer := 0;
  v_node integer;
  v_child integer;
BEGIN
  v_children := array(SELECT e.child FROM unnest(p_parents, p_children) e(parent, child) ORDER BY e.parent);
  v_first := array(
    SELECT (1 + sum(count(e.parent)) OVER (ORDER BY n) - count(e.parent))::integer
    FROM generate_series(1, p_nodes + 1) n LEFT JOIN unnest(p_parents) e(parent) ON e.parent = n GROUP BY n ORDER BY n);
  v_open := array(
    SELECT count(e.child)::integer
    FROM generate_series(1, p_nodes) n LEFT JOIN unnest(p_children) e(child) ON e.child = n GROUP BY n ORDER BY n);
  FOR v_node IN 1 .. p_nodes LOOP
    IF v_open[v_node] = 0 THEN
      v_tail := v_tail + 1;
      v_queue[v_tail] := v_node;
    END IF;
  END LOOP;
  WHILE v_head <= v_tail LOOP
    v_node := v_queue[v_head];
    v_head := v_head + 1;
    FOR v_edge IN v_first[v_node] .. v_first[v_node + 1] - 1 LOOP
      v_child := v_children[v_edge];
      v_open[v_child] := v_open[v_child] - 1;
      IF v_open[v_child] = 0 THEN
        v_tail := v_tail + 1;
        v_queue[v_tail] := v_child;
      END IF;
    END LOOP;
  END LOOP;
  IF v_tail = p_nodes THEN
    RETURN NULL;
  END IF;
  -- every node that remains has a parent that remains: walking up must meet itself
  FOR v_node IN 1 .. p_nodes LOOP
    IF v_open[v_node] > 0 THEN
      FOR v_edge IN v_first[v_node] .. v_first[v_node + 1] - 1 LOOP
        v_parent[v_children[v_edge]] := v_node;
      END LOOP;
      v_head := v_node;
    END IF;
  END LOOP;
  WHILE v_seen[v_head] = 0 LOOP
    v_seen[v_head] := 1;
    v_head := v_parent[v_head];
  END LOOP;
  v_node := v_head;
  LOOP
    v_cycle := v_node || v_cycle;
    v_node := v_parent[v_node];
    EXIT WHEN v_node = v_head;
  END LOOP;
  RETURN v_cycle;
END $$;
COMMENT ON FUNCTION workers.find_cycle IS 'A cycle of a graph, or NULL.';
