"""Whatever the pipeline and the items: chunks give what the whole gives, and what is masked stays hidden."""

import json
import logging

import orjson
import pytest
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from batches.transform.pipeline import Compiled, check, flow
from batches.transform.pipeline.checking import read

FIELDS = st.sampled_from(["a", "b", "c"])
SOME = st.lists(FIELDS, min_size=1, max_size=3, unique=True)
TEXTS = st.one_of(
    st.text(max_size=12),
    st.from_regex(r"[a-z]{1,6}@[a-z]{1,5}\.org", fullmatch=True),
    st.from_regex(r"[0-9]{3}-[0-9]{4}", fullmatch=True),
    st.from_regex(r"-?[0-9]{1,4}(\.[0-9]{1,3})?", fullmatch=True),
    st.datetimes().map(lambda moment: moment.isoformat()),
    st.sampled_from(["true", "no", "", " ", "1e400", "2024-01-01T00:00:00Z"]),
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False), TEXTS
)
VALUES = st.one_of(SCALARS, SCALARS, st.lists(SCALARS, max_size=2), st.dictionaries(FIELDS, SCALARS, max_size=2))
ITEMS = st.lists(st.one_of(st.dictionaries(FIELDS, VALUES, max_size=3), st.none()), max_size=30)
EXPRESSIONS = st.sampled_from(
    [
        "a", "1", "a + b", "string(a) + string(b)", "a == b", "round(number(a), 1)", "decimal(a) * 3", "a > b",
        "length(string(a)) > 2", "coalesce(a, b, c)", "a in ['1', 1, true_]", "upper(a) if b == None else a",
        "integer(a) / 7", "concat(a, '/', b)", "contains(string(a), '1')", "min(number(a), 3)",
    ]
)  # fmt: skip
SALTS = st.just("a salt of the test")


def step(op, **members):
    return st.fixed_dictionaries({"op": st.just(op), **members})


def mask(method, **members):
    return step("mask", method=st.just(method), field=FIELDS, **members)


MASKS = [
    mask("email"), mask("phone"), mask("partial", first=st.integers(0, 3), last=st.integers(0, 3)),
    mask("last", keep=st.integers(1, 4)), mask("hash", salt=SALTS), mask("pseudonym"), mask("redact"),
]  # fmt: skip
TYPES = ["integer", "number", "decimal", "boolean", "date", "datetime", "string"]
STEPS = st.one_of(
    step("rename", fields=st.sampled_from([{"a": "d"}, {"a": "b"}, {"a": "b", "b": "a"}, {"c": "e"}])),
    step("cast", field=FIELDS, to=st.sampled_from(TYPES)),
    step("cast", field=FIELDS, to=st.just("decimal"), scale=st.integers(0, 4)),
    step("cast", field=FIELDS, to=st.just("datetime"), output_zone=st.just("Asia/Jakarta")),
    step("default", field=FIELDS, value=SCALARS),
    step("require", fields=SOME),
    step("trim", fields=SOME),
    step("case", fields=SOME, to=st.sampled_from(["upper", "lower", "title"])),
    step("regex_replace", field=FIELDS, pattern=st.sampled_from([r"\d", "a|b", "^", "(.)"]), replacement=st.just("x")),
    step("lookup", field=FIELDS, table=st.just({"1": "one", "true": 2, "": None}), default=SCALARS),
    step("lookup", field=FIELDS, table=st.just({"1": "one"}), to=FIELDS),
    step("drop", fields=SOME),
    step("drop", **{"except": SOME}),
    step("filter", where=EXPRESSIONS),
    step("compute", field=FIELDS, expression=EXPRESSIONS),
    *MASKS,
)
PIPELINES = st.lists(STEPS, min_size=1, max_size=6)


@pytest.fixture(autouse=True)
def secret():
    with override_settings(TRANSFORM_PSEUDONYM_SECRET="the secret of the test"):
        yield


def written(document):
    """As the API would send it: 1, 1.0 and true differ."""
    return json.dumps(document, sort_keys=True)


@given(PIPELINES, ITEMS, st.integers(1, 10), st.integers(0, 1000))
def test_chunks_give_what_the_whole_gives(steps, items, size, first):
    pipeline = Compiled(check(steps))
    before = written(items)
    whole = pipeline.run(items, first_row=first, on_error="skip")
    parts = [
        pipeline.run(items[start : start + size], first_row=first + start, on_error="skip")
        for start in range(0, len(items), size)
    ]
    assert written(whole.results) == written([result for part in parts for result in part.results])
    assert whole.errors == [error for part in parts for error in part.errors]
    assert whole.filtered == sum(part.filtered for part in parts)
    assert len(whole.results) + whole.filtered + len(whole.errors) == len(items)
    assert written(items) == before


@given(PIPELINES, ITEMS)
def test_with_fail_the_first_bad_row_is_the_same_one(steps, items):
    pipeline = Compiled(check(steps))
    skipped, failed = pipeline.run(items, on_error="skip"), pipeline.run(items, on_error="fail")
    if skipped.errors:
        assert (failed.results, failed.filtered, failed.errors) == ([], 0, skipped.errors[:1])
    else:
        assert failed == skipped


@given(PIPELINES, ITEMS)
def test_an_explanation_ends_where_the_run_does(steps, items):
    pipeline = Compiled(check(steps))
    for item in items:
        told, outcome = pipeline.explain(item)[-1], pipeline.run([item])
        assert written([told.item] if told.item is not None else []) == written(outcome.results)
        assert ([told.error] if told.error else []) == outcome.errors
        assert told.filtered is bool(outcome.filtered)


@given(PIPELINES, ITEMS)
def test_results_are_json_that_everybody_reads(steps, items):
    small = [item for item in items if _small(item)]
    results = Compiled(check(steps)).run(small, on_error="skip").results
    assert written(orjson.loads(orjson.dumps(results))) == written(results)


def _small(value):
    if isinstance(value, dict):
        return all(map(_small, value.values()))
    if isinstance(value, list):
        return all(map(_small, value))
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    return True


LETTERS = "ghijklmnopqrstuvwxyz"  # in no hash, no name of a field and no reason
SECRETS = st.one_of(
    st.text(LETTERS, min_size=8, max_size=20),
    st.builds("{}@example.com".format, st.text(LETTERS, min_size=8, max_size=12)),
    st.from_regex(r"[0-9]{9,14}", fullmatch=True),
)
ALLOWED = 4  # characters of it that a mask may show one after another
OFTEN = st.sampled_from("aaab")
COPIES = ["a", "string(a)", "coalesce(b, a)", "concat(a, '/', b)", "1 if a == b else a", "number(a)", "a + 1", "b"]
BEFORE = st.lists(
    st.one_of(
        step("trim", fields=st.just(["a"])),
        step("rename", fields=st.sampled_from([{"a": "d"}, {"a": "b"}, {"b": "c"}])),
        *(step("cast", field=OFTEN, to=st.just(to)) for to in TYPES),
        step("lookup", field=OFTEN, to=FIELDS, table=st.just({"1": "one"})),
        step("filter", where=st.sampled_from(["a == b or b == None", "length(a) > 3", "a > 1"])),
        step("compute", field=FIELDS, expression=st.sampled_from(COPIES)),
        step("drop", fields=SOME),
        step("mask", method=st.just("last"), field=OFTEN),
    ),
    min_size=1,
    max_size=4,
)


def closed(steps, mask):
    """The steps, and then that mask on each field that would let something sensitive out."""
    return steps + [{**mask, "field": name} for _, name in flow.unmasked(read(steps), ["a"])]


@settings(max_examples=500)
@given(BEFORE, st.one_of(MASKS), SECRETS)
def test_what_is_sensitive_shows_nowhere(log, steps, mask, hidden):
    pipeline = Compiled(check(closed(steps, mask), ["a"]))
    items = [{"a": hidden, "b": None}, {"a": hidden}, {"a": hidden, "c": 1, "b": "x"}]
    outcome = pipeline.run(items, on_error="skip")
    spoken = repr([outcome.results, [error.document() for error in outcome.errors], log.text])
    local = hidden.removesuffix("@example.com")
    leaked = [local[at : at + ALLOWED + 1] for at in range(len(local) - ALLOWED)]
    assert [part for part in leaked if part in spoken] == []


@pytest.fixture(scope="module")
def log():
    """Everything that is logged in this module."""

    class Kept(logging.Handler):
        text = ""

        def emit(self, record):
            self.text += self.format(record)

    kept = Kept(level=0)
    logging.getLogger().addHandler(kept)
    yield kept
    logging.getLogger().removeHandler(kept)
