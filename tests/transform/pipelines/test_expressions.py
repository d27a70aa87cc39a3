"""Expressions: what they compute, what they refuse, and that they are bounded."""

import pytest

from batches.transform.pipeline import RowError
from tests.transform.pipelines.running import compiled, one, refused

ITEM = {"n": 10, "x": 2.5, "t": "Text", "flag": True, "null": None, "unit price": 3, "list": ["a"], "huge": 10**18}


def computed(expression):
    return one(ITEM, {"op": "compute", "field": "r", "expression": expression})["r"]


def failure(expression, item=ITEM):
    (error,) = compiled({"op": "compute", "field": "r", "expression": expression}).run([item]).errors
    assert (error.row, error.field) == (0, "r")
    return error.reason


def said(expression):
    ((name, reasons),) = refused({"op": "compute", "field": "r", "expression": expression}).items()
    assert name == "steps.0.expression"
    return reasons[0]


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("n * 2 + x", 22.5),
        ("n / 4", 2.5),
        ("-n - 1", -11),
        ("(n + 2) * 3", 36),
        ("t + '!'", "Text!"),
        ("'big' if n > 5 else 'small'", "big"),
        ("1 < n <= 10 and not flag == False", True),
        ("n in [1, 10] or t in ('a', 'b')", True),
        ("'ex' in t", True),
        ("t not in ['Text']", False),
        ("missing", None),
        ("missing == None", True),
        ("coalesce(null, missing, 7)", 7),
        ('field("unit price") * n', 30),
        ("round(x)", 2.0),
        ("round(2.675, 2)", 2.68),
        ("round(n, 2)", 10),
        ("decimal('0.1') + decimal('0.2')", "0.3"),
        ("decimal('1.10') * 3", "3.30"),
        ("round(decimal('2.345'), 2)", "2.34"),
        ("decimal(x) * n", "25.0"),
        ("number('1.5')", 1.5),
        ("number(decimal('1.5'))", 1.5),
        ("integer('15')", 15),
        ("integer(decimal('15'))", 15),
        ("string(x) + string(flag) + string(decimal('1.0'))", "2.5true1.0"),
        ("concat('a', n, '-', t)", "a10-Text"),
        ("upper(t) + lower(t) + trim(' a ')", "TEXTtexta"),
        ("length(t)", 4),
        ("substring(t, 1)", "ext"),
        ("substring(t, 1, 2)", "ex"),
        ("contains(t, 'ex') and starts_with(t, 'T') and ends_with(t, 't')", True),
        ("min(n, x) + max(1, 2, 3)", 5.5),
        ("abs(-3)", 3),
        ("list", ["a"]),
        ("'a' in list", True),
    ],
)
def test_what_they_compute(expression, result):
    found = computed(expression)
    assert (found, type(found)) == (result, type(result))


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("n / 0", "Division by zero"),
        ("decimal('1') / 0", "Division by zero"),
        ("n + t", "Only numbers can be calculated with"),
        ("n + flag", "Only numbers can be calculated with"),
        ("t * 1000000000", "Only numbers can be calculated with"),
        ("n + missing", "A value is missing"),
        ("null > 1", "A value is missing"),
        ("n > 'a'", "Only numbers can be calculated with"),
        ("'a' in n", "The types of the values don't fit together"),
        ("huge * huge", "Integer is out of range"),
        ("1e308 * 10", "Invalid number format"),
        ("upper(n)", "Only texts have letters"),
        ("number(t)", "Invalid number format"),
        ("substring(t, -1)", "A count is out of range"),
        ("round(x, 400)", "A count is out of range"),
        ("decimal('1e30') * decimal('1e30')", "Decimal has more than 38 digits"),
    ],
)
def test_what_they_can_not_compute_is_an_error_of_the_row(expression, reason):
    assert failure(expression) == reason


def test_texts_do_not_grow_without_bounds():
    item = {"t": "x" * 9000}
    assert failure("t + t + t", item) == "Text is longer than 20000 characters"
    assert failure("concat(t, t, t)", item) == "Text is longer than 20000 characters"


@pytest.mark.parametrize(
    "expression",
    [
        "2 ** 99", "t.upper()", "t.__class__", "().__class__", "list[0]", "[x for x in list]", "lambda: 1", "f'{t}'",
        "{'a': 1}", "n := 1", "t % 'a'", "n // 2", "1 << 9", "~n", "n is None", "(yield)", "*list", "a = 1", "a; b",
        "import os", "__import__('os')", "open('x')", "eval('1')", "upper(t, t)", "upper()", "round(number=n)",
        "field(t)", "field()", "upper(*list)", "", "1 +", "\0", "'a' 'b", "...", "1j", "b'a'", "[1, 2]",
        "upper(['a'])", "if n: pass", "(" * 500,
    ],
)  # fmt: skip
def test_what_could_not_be_bounded_is_no_expression(expression):
    assert refused({"op": "compute", "field": "r", "expression": expression})
    assert refused({"op": "filter", "where": expression})


def test_a_refusal_says_what_would_be_right():
    assert said("t.name") == "A point after a name isn't possible in an expression."
    assert said("upcase(t)").startswith("Functions are abs, coalesce, concat,")
    assert said("upper(t, t)") == "upper takes 1 arguments."
    assert said("1 +") == "This is not an expression."
    assert said("+".join(["n"] * 200)) == "Longer than 300 names, values and signs. Make several steps of it."
    assert said("-" * 90 + "n") == "Nested too deeply. Make several steps of it."


def test_a_condition_has_to_be_true_or_false():
    outcome = compiled({"op": "filter", "where": "n"}).run([{"n": 1}])
    assert outcome.errors == [RowError(0, "n", "The condition is neither true nor false")]


def test_a_bad_condition_names_the_first_field_that_it_reads():
    outcome = compiled({"op": "filter", "where": "n + x > 1"}).run([{"n": 1}])
    assert outcome.errors == [RowError(0, "n", "A value is missing")]


def test_a_condition_without_fields_keeps_all_or_nothing():
    items = [{"n": 1}] * 3
    assert compiled({"op": "filter", "where": "1 > 2"}).run(items).filtered == 3
    assert compiled({"op": "filter", "where": "1 < 2"}).run(items).results == items


def test_numbers_of_thousands_of_digits_are_refused_not_printed():
    item = {"n": 10**4000}
    assert failure("string(n * n)", item) == "Text is longer than 20000 characters"


@pytest.mark.parametrize("expression", [r"'\ud800'", r"t + '\x00'", r'field("\u0000")', r"t in ['a', '\udfff']"])
def test_texts_and_names_that_can_not_be_stored_are_refused(expression):
    assert said(expression) == "NUL and half of a surrogate pair can't stand in a text or a name."
    assert list(refused({"op": "filter", "where": f"{expression} == t"})) == ["steps.0.where"]


DIGITS = "12345678901234567890123456789.0123456789"  # more than Python's own 28


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        (f"-decimal('{DIGITS}')", f"-{DIGITS}"),
        (f"abs(decimal('-{DIGITS}'))", DIGITS),
        ("decimal('12345678901234567890123456789012345678') + decimal('0.1')",
         "12345678901234567890123456789012345678.1"),
        ("decimal('12345678901234567890123456789012345678') - decimal('0.1')",
         "12345678901234567890123456789012345677.9"),
        ("decimal('1234567890123456789.1') * decimal('1234567890123456789.1')",
         "1524157875323883675265965576774881878.81"),
        ("decimal(1) / 3", "0." + "3" * 38),
    ],
)  # fmt: skip
def test_decimals_are_exact_and_only_a_division_rounds(expression, result):
    assert computed(expression) == result


@pytest.mark.parametrize("expression", ["n * decimal(x)", "decimal(x) + n", "decimal(x) - n"])
def test_a_decimal_that_would_be_rounded_is_an_error(expression):
    item = {"x": "0." + "1" * 38, "n": 10**60 + 1}
    assert failure(expression, item) == "Decimal has more than 38 digits"
