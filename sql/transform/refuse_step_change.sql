-- transform.refuse_step_change: what a version of a pipeline does never changes; a change is another version.
-- Processes keep the closures of a version for as long as it is used, and old batches point to what was done to them.
-- Locks: nothing. Raises: TU501 on UPDATE of the pipeline, the number, the steps or the sensitive fields of a version.
CREATE OR REPLACE FUNCTION transform.refuse_step_change()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public
AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'TU501',
        MESSAGE = 'The steps of a version never change. Add another version.';
END
$$;

COMMENT ON FUNCTION transform.refuse_step_change()
IS 'Trigger: refuses to change what a version of a pipeline does.';

CREATE OR REPLACE TRIGGER pipeline_version_steps_stay
BEFORE UPDATE ON pipeline_version
FOR EACH ROW
WHEN (
    (OLD.pipeline_id, OLD.number, OLD.steps, OLD.sensitive, OLD.created_at)
    IS DISTINCT FROM (NEW.pipeline_id, NEW.number, NEW.steps, NEW.sensitive, NEW.created_at)
)
EXECUTE FUNCTION transform.refuse_step_change();
