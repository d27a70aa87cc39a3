"""Steps written in the console: tried as they stand, refused by step and field, saved with a trace."""

import pytest

from batches.transform.models import Pipeline, PipelineVersion
from project.access.models import AuditEntry
from project.access.roles import Role
from tests.transform.console.pages import DEFAULT, NEW, NEW_VERSION, STEPS, opened, sent


def test_a_new_version_is_tried_saved_and_in_use_with_its_trace(visit):
    client = visit(Role.BATCH_ADMIN)
    assert '"op": "rename"' in opened(client, NEW_VERSION)
    given = {"steps": STEPS, "sensitive": "name", "note": "names too", "activate": "on"}
    page = sent(client, NEW_VERSION, "try", **given, items=[{"name": " Ann "}])
    assert "What these steps do" in page
    assert "hidden: masked later" in page
    assert PipelineVersion.objects.count() == 1
    page = sent(client, NEW_VERSION, "save", **given)
    assert "Version 2 of default is in use." in page
    assert "names too" in page
    version = PipelineVersion.objects.get(active=True, pipeline__name="default")
    assert (version.number, version.steps, version.sensitive, version.note) == (2, STEPS, ["name"], "names too")
    assert "pipeline.activate" in page
    operations = ["pipeline.add_version", "pipeline.activate"]
    assert list(AuditEntry.objects.order_by("id").values_list("operation", flat=True)) == operations


def test_steps_without_items_are_tried_on_an_item_made_of_their_fields(visit):
    page = sent(visit(Role.BATCH_ADMIN), NEW_VERSION, "try", steps=STEPS)
    assert "No items were pasted" in page
    assert '{"name": "text"}' in page
    assert '"name": "***"' in page


@pytest.mark.parametrize(
    ("steps", "sensitive", "told"),
    [
        ("[{", "", "line 1 column 3"),
        ("[NaN]", "", "NaN is not JSON"),
        ("{}", "", "Must be a list of steps."),
        ("[]", "", "There must be 1 to 100 steps."),
        ("[3]", "", "Step 0: Must be an object."),
        ('[{"op": "fly"}]', "", "Step 0 (fly), op: Must be one of: rename"),
        ('[{"op": "trim", "fields": ["a"]}, {"op": "cast", "field": "a", "to": "gold"}]', "", "Step 1 (cast), to: "),
        ('[{"op": "regex_replace", "field": "a", "pattern": "("}]', "", "Step 0 (regex_replace), pattern: RE2"),
        ('[{"op": "trim", "fields": ["a"], "blanks": 1}]', "", "Step 0 (trim), blanks: "),
        ('[{"op": "trim", "fields": ["a"]}]', "email", "email leaves unmasked. Mask or drop it."),
    ],
)
@pytest.mark.parametrize("step", ["try", "save"])
def test_what_is_wrong_with_steps_is_said_by_step_and_field(visit, steps, sensitive, told, step):
    answer = visit(Role.BATCH_ADMIN).post(NEW_VERSION, {"steps": steps, "sensitive": sensitive, "step": step})
    assert answer.status_code in {200, 400}
    page = answer.content.decode().replace("&#x27;", "'").replace("&quot;", '"')
    assert told in page
    assert steps in page.replace("&#x27;", "'")  # what was written stays
    assert PipelineVersion.objects.count() == 1


def test_a_new_pipeline_is_made_and_its_name_is_taken_then(visit):
    client = visit(Role.BATCH_ADMIN)
    assert "New pipeline" in opened(client, NEW)
    given = {"name": "people", "description": "Names of people.", "steps": STEPS}
    page = sent(client, NEW, "save", **given)
    assert "Version 1 of people is in use." in page
    assert "Names of people." in page
    page = sent(client, NEW, "save", status=409, **given)
    assert "There is a pipeline of this name already." in page
    assert "Small letters, digits" in sent(client, NEW, "save", **{**given, "name": "Peoples!"})
    assert Pipeline.objects.count() == 2


def test_a_version_begins_with_the_steps_of_the_one_that_was_looked_at(visit):
    client = visit(Role.BATCH_ADMIN)
    sent(client, NEW_VERSION, "save", steps=STEPS)
    assert f"{NEW_VERSION}?from=2" in opened(client, f"{DEFAULT}?version=2")
    assert '"op": "trim"' in opened(client, f"{NEW_VERSION}?from=2")
