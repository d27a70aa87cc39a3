"""Masks: what still shows, and that nothing else does."""

import hashlib

import pytest

from tests.transform.pipelines.running import compiled, refused, value

SALT = "salt of the test"


def mask(method, **more):
    return {"op": "mask", "method": method, **more}


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("user@example.com", "u***r@example.com"),
        ("bob@x.org", "b***b@x.org"),
        ("jo@x.org", "***@x.org"),
        ("j@x.org", "***@x.org"),
        ("a@b@x.org", "a***b@x.org"),
        ("no address", "***"),
        ("@x.org", "***"),
        ("user@", "***"),
        ("user@not a domain", "***"),
        ("", "***"),
        (5550123, "***"),
        (["user@example.com"], "***"),
        ({"user@example.com": 1}, "***"),
    ],
)
def test_of_an_email_the_ends_of_the_name_and_the_domain_show(given, made):
    assert value(given, mask("email")) == made


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("555-0123", "***-0123"),
        ("+62 812 3456 7890", "***-7890"),
        ("5550123", "***-0123"),
        (5550123, "***-0123"),
        ("555-01 23", "***-0123"),
        ("55-0123", "***-123"),
        ("0123", "***-3"),
        ("123", "***"),
        ("call me", "***"),
        ("", "***"),
        (["5550123"], "***"),
        ([5, 5, 5, 0, 1, 2, 3, 4], "***"),
    ],
)
def test_of_a_phone_the_last_four_digits_show_where_three_stay_hidden(given, made):
    assert value(given, mask("phone")) == made


@pytest.mark.parametrize(
    ("given", "more", "made"),
    [
        ("Sarah", {}, "S***h"),
        ("Jo", {}, "***"),
        ("", {}, "***"),
        ("Sarah Connor", {"first": 2, "last": 0}, "Sa***"),
        ("Sarah Connor", {"first": 0, "last": 3, "char": "#"}, "###nor"),
        ("Sarah Connor", {"first": 8, "last": 8}, "***"),
        (123456789, {}, "1***9"),
    ],
)
def test_of_a_text_the_ends_show_and_never_more_than_half(given, more, made):
    assert value(given, mask("partial", **more)) == made


@pytest.mark.parametrize(
    ("given", "more", "made"),
    [
        ("4111111111111111", {}, "************1111"),
        ("1234567", {}, "*******"),
        ("12345678", {"keep": 2, "char": "x"}, "xxxxxx78"),
        ("", {}, ""),
        ({"card": "4111111111111111"}, {}, "***"),
    ],
)
def test_of_a_number_the_last_digits_show(given, more, made):
    assert value(given, mask("last", **more)) == made


def test_a_hash_is_of_salt_and_text():
    assert value("abc", mask("hash", salt=SALT)) == hashlib.sha256(f"{SALT}abc".encode()).hexdigest()
    assert value("abc", mask("hash", salt=SALT)) != value("abc", mask("hash", salt="another salt"))


def test_a_pseudonym_is_the_same_for_the_same_text_secret_and_scope(settings):
    settings.TRANSFORM_PSEUDONYM_SECRET = "a secret"
    first = value("abc", mask("pseudonym"))
    assert (len(first), first) == (26, value("abc", mask("pseudonym")))
    others = [value("abd", mask("pseudonym")), value("abc", mask("pseudonym", scope="customer"))]
    settings.TRANSFORM_PSEUDONYM_SECRET = "another secret"
    assert len({first, *others, value("abc", mask("pseudonym"))}) == 4


def test_a_pseudonym_needs_its_secret(settings):
    settings.TRANSFORM_PSEUDONYM_SECRET = ""
    (reasons,) = refused({"field": "a", **mask("pseudonym")}).values()
    assert "TRANSFORM_PSEUDONYM_SECRET" in reasons[0]


@pytest.mark.parametrize("given", ["abc", 7, True, [1], {"a": 1}, ""])
def test_redacted_is_any_value(given):
    assert value(given, mask("redact")) == "***"
    assert value(given, mask("redact", text="hidden")) == "hidden"


@pytest.mark.parametrize(
    "step", [mask("email"), mask("phone"), mask("partial"), mask("last"), mask("hash", salt=SALT), mask("redact")]
)
def test_null_stays_null_and_an_absent_field_absent(step):
    assert value(None, step) is None
    assert compiled({"field": "a", **step}).run([{"b": 1}]).results == [{"b": 1}]


@pytest.mark.parametrize("given", [True, 12345678.5, 10**30, "x" * 5000, "\ud800 half a pair"])
@pytest.mark.parametrize(
    "step", [mask("email"), mask("phone"), mask("partial"), mask("last"), mask("hash", salt=SALT), mask("redact")]
)
def test_no_value_is_too_odd_for_a_mask(given, step):
    assert isinstance(value(given, step), str)


@pytest.mark.parametrize(
    ("step", "field"),
    [
        (mask("hash"), "salt"),
        (mask("hash", salt="short"), "salt"),
        (mask("blur"), "method"),
        ({"op": "mask"}, "method"),
        (mask("partial", first=9), "first"),
        (mask("last", keep=0), "keep"),
        (mask("last", char="4"), "char"),
        (mask("email", keep=4), "keep"),
    ],
)
def test_a_mask_that_can_not_be_done_is_refused_by_field(step, field):
    assert list(refused({"field": "a", **step})) == [f"steps.0.{field}"]


ODD = [
    "",
    "555-0123",
    "5550123",
    "555-012x",
    "x55-0123",
    5550123,
    True,
    None,
    [1],
    "555-01234",
    "\u0665\u0665\u0665-\u0660\u0661\u0662\u0663",
]


@pytest.mark.parametrize("odd", [*ODD, "jo@x.org", "user@x.org", "user@a b", "@x.org", "no address"])
@pytest.mark.parametrize("usual", ["555-0123", "user@x.org", "a b@x.org"])
@pytest.mark.parametrize("method", ["phone", "email"])
def test_one_among_many_is_masked_as_it_is_alone(method, usual, odd):
    step = compiled({"field": "a", **mask(method)})
    items = [{"a": usual}] * 3 + [{"a": odd}] + [{"a": usual}]
    assert step.run(items).results == [result for item in items for result in step.run([item]).results]
