"""What a later step masks doesn't show before it, under no name that it may have."""

from batches.transform.pipeline import check
from batches.transform.pipeline.withheld import withheld

RENAME = {"op": "rename", "fields": {"a": "b"}}
MASK = {"op": "mask", "field": "b", "method": "redact"}


def test_an_item_that_has_the_new_name_already_does_not_show_it_before_the_rename():
    hidden = withheld(check([{"op": "trim", "fields": ["b"]}, RENAME, MASK]), [])
    assert hidden == [{"a", "b"}, {"a", "b"}, {"b"}, frozenset()]


def test_a_sensitive_field_is_followed_beside_the_new_name():
    drop = {"op": "drop", "fields": ["b"]}
    hidden = withheld(check([RENAME, drop], ["a"]), ["a"])
    assert hidden[0] == {"a"}
    assert "b" in hidden[1]
