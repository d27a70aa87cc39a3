"""The try-out pane: what each step does to pasted items, and never a value that is masked later."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batches.transform.admin.pipelines.samples import sample
from batches.transform.admin.pipelines.trying import tried
from batches.transform.pipeline import Compiled, check
from batches.transform.pipeline.withheld import withheld
from project.access.roles import Role
from tests.transform.api.batches import pipeline as named
from tests.transform.console.pages import BAD, ITEM, NEW_VERSION, PIPELINES, TRY, opened, sent


def effects(steps, item, sensitive=()):
    """Field, before and after of each change, by step."""
    (one,) = tried(check(steps, sensitive), sensitive, [item])
    return [
        [(change.field, *(value and (value.text or "hidden") for value in (change.before, change.after)))
         for change in effect.changes]
        for effect in one.effects
    ]  # fmt: skip


def told(page: str) -> str:
    """The page without the form, which has what was pasted."""
    return page.partition("</form>")[2].partition('aria-label="What to try"')[2].partition("</form>")[2]


def test_an_item_to_begin_with_stands_in_the_form(visit):
    page = opened(visit(Role.INTEGRATOR), TRY)
    assert json.dumps([ITEM], indent=2) in page
    assert "Row 0" not in page


def test_the_seed_s_item_shows_what_each_step_did(visit):
    page = told(sent(visit(Role.BATCH_OPERATOR), TRY, "try", items=[ITEM]))
    assert '"amount": 100.5' in page
    assert '"email": "u***r@example.com"' in page
    assert '"phone": "***-0123"' in page
    assert '<code>"100.50"</code>' in page
    assert "<code>100.5</code>" in page
    for secret in ("user@example.com", "555-0123"):
        assert secret not in page.replace("u***r@example.com", "")


def test_a_lone_item_needs_no_list(visit):
    assert "Row 0" in sent(visit(Role.BATCH_ADMIN), TRY, "try", items=ITEM)


def test_bad_items_are_told_by_row_field_and_reason(visit):
    page = told(sent(visit(Role.BATCH_ADMIN), TRY, "try", items=[ITEM, BAD, 7]))
    assert "Row 1" in page
    assert "Field amount: Invalid number format" in page
    assert "The item: Not an object" in page


def test_a_filtered_item_says_so(visit):
    named("some", {"op": "filter", "where": "a > 1"})
    page = told(sent(visit(Role.BATCH_ADMIN), f"{PIPELINES}some/try/", "try", items=[{"a": 1}, {"a": 2}]))
    assert page.count("filtered out") == 1
    assert page.count("<h3>Result</h3>") == 1


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        ("", "Paste items to try"),
        ("   ", "Paste items to try"),
        ("[{", "line 1 column 3"),
        ("[]", "There are 0 items. Paste 1 to 100."),
        (json.dumps([{}] * 101), "There are 101 items."),
        ("[NaN]", "NaN is not JSON."),
        ('["\\u0000"]', "can't be stored"),
        ("[" * 100_000, "deep"),
    ],
)
def test_what_can_not_be_read_is_refused_at_the_field(visit, items, reason):
    assert reason in sent(visit(Role.BATCH_ADMIN), TRY, "try", items=items)


def test_pseudonyms_without_a_secret_are_refused_with_what_to_set(visit, settings):
    settings.TRANSFORM_PSEUDONYM_SECRET = ""
    named("some", {"op": "mask", "field": "email", "method": "pseudonym"})
    client = visit(Role.BATCH_ADMIN)
    assert "TRANSFORM_PSEUDONYM_SECRET" in sent(client, f"{PIPELINES}some/try/", "try", status=503, items=[ITEM])


def test_a_new_version_s_items_are_refused_at_their_field(visit):
    page = sent(visit(Role.BATCH_ADMIN), NEW_VERSION, "try", steps=[{"op": "trim", "fields": ["a"]}], items="[{")
    assert "line 1 column 3" in page


def test_what_a_mask_takes_is_hidden_from_its_first_step_on():
    steps = [
        {"op": "rename", "fields": {"mail": "contact"}},
        {"op": "trim", "fields": ["contact"]},
        {"op": "mask", "field": "contact", "method": "email"},
    ]
    assert effects(steps, {"mail": " user@example.com "}) == [
        [("mail", "hidden", None), ("contact", None, "hidden")],
        [("contact", "hidden", "hidden")],
        [("contact", "hidden", '"u***r@example.com"')],
    ]


def test_copies_of_what_is_masked_later_are_hidden_too():
    steps = [
        {"op": "compute", "field": "copy", "expression": "mail"},
        {"op": "lookup", "field": "mail", "table": {"a": "b"}, "to": "found", "default": "none"},
        {"op": "mask", "field": "mail", "method": "redact"},
        {"op": "drop", "fields": ["copy", "found"]},
    ]
    assert effects(steps, {"mail": "a"}) == [
        [("copy", None, "hidden")],
        [("found", None, "hidden")],
        [("mail", "hidden", '"***"')],
        [("copy", "hidden", None), ("found", "hidden", None)],
    ]


def test_what_is_sensitive_and_dropped_is_hidden_too():
    steps = [{"op": "case", "fields": ["mail"], "to": "upper"}, {"op": "drop", "fields": ["mail"]}]
    found = effects(steps, {"mail": "secret", "other": 1}, sensitive=["mail"])
    assert found == [[("mail", "hidden", "hidden")], [("mail", "hidden", None)]]


def test_what_masked_fields_are_made_of_is_hidden():
    steps = [
        {"op": "compute", "field": "full", "expression": "first + last"},
        {"op": "mask", "field": "full", "method": "redact"},
        {"op": "drop", "fields": ["first", "last"]},
    ]
    written = check(steps)
    hidden = [{"first", "last"}, {"first", "last", "full"}, {"first", "last"}, set()]
    assert withheld(written, []) == [frozenset(names) for names in hidden]


FIELDS = st.sampled_from(["a", "b", "c"])
STEPS = st.one_of(
    st.builds(lambda old, new: {"op": "rename", "fields": {old: new}}, FIELDS, FIELDS),
    st.builds(lambda field, other: {"op": "compute", "field": field, "expression": other}, FIELDS, FIELDS),
    st.builds(lambda field: {"op": "case", "fields": [field], "to": "lower"}, FIELDS),
    st.builds(lambda field: {"op": "drop", "fields": [field]}, FIELDS),
    st.builds(lambda field: {"op": "mask", "field": field, "method": "redact"}, FIELDS),
)


@given(st.lists(STEPS, min_size=1, max_size=8))
def test_no_step_shows_a_value_that_only_leaves_masked(steps):
    """Of fields that are masked or dropped on all their ways, nothing is shown at any step."""
    item = {name: f"secret-{name}" for name in "abc"}
    written = check(steps)
    (one,) = tried(written, [], [item])
    hidden = withheld(written, [])[0]
    seen = " ".join(
        value.text or ""
        for effect in one.effects for change in effect.changes for value in (change.before, change.after) if value
    )  # fmt: skip
    assert [name for name in hidden if f"secret-{name}" in seen] == []


@pytest.mark.parametrize(
    ("steps", "item"),
    [
        ([{"op": "compute", "field": "c", "expression": "a * b"}], {"a": 100, "b": 100}),
        ([{"op": "lookup", "field": "a", "table": {"x": "y"}}], {"a": "x"}),
        ([{"op": "filter", "where": "b > 1"}], {"b": 100}),
        ([{"op": "default", "field": "a", "value": 1}, {"op": "trim", "fields": ["b"]}], {"b": "text"}),
        (
            [{"op": "rename", "fields": {"a": "b"}}, {"op": "cast", "field": "b", "to": "date"}],
            {"a": "2024-01-01"},
        ),
        ([{"op": "regex_replace", "field": "a", "pattern": "x"}, {"op": "require", "fields": ["a", "b"]}],
         {"a": "text", "b": "text"}),
    ],
)  # fmt: skip
def test_an_item_to_begin_with_passes_the_steps_it_was_made_of(steps, item):
    written = check(steps)
    made = json.loads(sample(written))
    assert made == [item]
    assert Compiled(written).run(made).errors == []
