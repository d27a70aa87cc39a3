"""Casts: what each type takes, what it makes of it, and what it refuses."""

import pytest

from tests.transform.pipelines.running import compiled, reason, refused, value


def cast(to, **more):
    return {"op": "cast", "to": to, **more}


@pytest.mark.parametrize("given", ["100.50", "1e2", "-0.5", "+7", ".5", 3, 2.5])
def test_numbers(given):
    assert value(given, cast("number")) == float(given)


@pytest.mark.parametrize(
    "given", ["", " 1", "1 ", "1_000", "1,000", "nan", "inf", "Infinity", "0x10", "١٢", "1e999", "--1", True, [1], {}]
)
def test_what_is_no_number(given):
    assert reason(given, cast("number")) == "Invalid number format"


@pytest.mark.parametrize("bad", ["x", "1_0", "1e999", None, 7, True, "é"])
def test_one_among_many_is_judged_as_it_is_alone(bad):
    step = compiled({"field": "a", **cast("number")})
    many = step.run([{"a": "1.5"}] * 100 + [{"a": bad}], on_error="skip")
    alone = step.run([{"a": bad}], on_error="skip")
    assert many.results == [{"a": 1.5}] * 100 + alone.results
    assert [error.reason for error in many.errors] == [error.reason for error in alone.errors]


@pytest.mark.parametrize(
    ("given", "made"), [("42", 42), ("-7", -7), (5, 5), (5.0, 5), ("+0", 0), (str(2**63 - 1), 2**63 - 1)]
)
def test_integers(given, made):
    found = value(given, cast("integer"))
    assert (found, type(found)) == (made, int)


@pytest.mark.parametrize("given", ["1.0", "", "1_0", "٣", 1.5, True, "9" * 40, []])
def test_what_is_no_integer(given):
    assert reason(given, cast("integer")) == "Invalid integer format"


@pytest.mark.parametrize("given", [2**63, -(2**63) - 1, str(2**63), 1e30])
def test_integers_that_others_could_not_read(given):
    assert reason(given, cast("integer")) == "Integer is out of range"


@pytest.mark.parametrize(
    ("given", "more", "made"),
    [
        ("100.50", {}, "100.50"),
        (100.5, {}, "100.5"),
        (0.1, {}, "0.1"),
        ("1e3", {}, "1000"),
        ("-0.00", {}, "0.00"),
        ("2.345", {"scale": 2}, "2.34"),
        ("2.345", {"scale": 2, "rounding": "half_up"}, "2.35"),
        ("2.349", {"scale": 2, "rounding": "down"}, "2.34"),
        (7, {"scale": 2}, "7.00"),
        ("12345678901234567890.12", {"scale": 2}, "12345678901234567890.12"),
    ],
)
def test_decimals_are_exact_and_text(given, more, made):
    assert value(given, cast("decimal", **more)) == made


@pytest.mark.parametrize("given", ["x", "", "nan", "inf", "1__0", True, [], "1" * 101])
def test_what_is_no_decimal(given):
    assert reason(given, cast("decimal")) == "Invalid decimal format"


@pytest.mark.parametrize("given", ["1e38", "1e999999", "1e-39", "1e-999999999"])
def test_decimals_have_a_bounded_number_of_digits(given):
    assert reason(given, cast("decimal", scale=2)) == "Decimal has more than 38 digits"


@pytest.mark.parametrize(
    ("given", "made"), [("true", True), ("NO", False), (1, True), ("0", False), (" on ", True), (False, False)]
)
def test_booleans(given, made):
    assert value(given, cast("boolean")) is made


@pytest.mark.parametrize("given", ["maybe", "", 2, 1.0, []])
def test_what_is_no_boolean(given):
    assert reason(given, cast("boolean")) == "Invalid boolean format"


@pytest.mark.parametrize(
    ("given", "more", "made"), [("2024-02-29", {}, "2024-02-29"), ("29/02/2024", {"format": "%d/%m/%Y"}, "2024-02-29")]
)
def test_dates(given, more, made):
    assert value(given, cast("date", **more)) == made


@pytest.mark.parametrize("given", ["2023-02-29", "29/02/2024", "", 20240229, "2024-02-29T00:00:00"])
def test_what_is_no_date(given):
    assert reason(given, cast("date")) == "Invalid date format"


@pytest.mark.parametrize(
    ("given", "more", "made"),
    [
        ("2024-01-01T00:00:00Z", {}, "2024-01-01T00:00:00Z"),
        ("2024-01-01T00:00:00+00:00", {}, "2024-01-01T00:00:00Z"),
        ("2024-01-01T00:00:00.250Z", {}, "2024-01-01T00:00:00.250000Z"),
        ("2024-01-01T07:00:00+07:00", {}, "2024-01-01T07:00:00+07:00"),
        ("2024-01-01 07:00", {"zone": "Asia/Jakarta"}, "2024-01-01T07:00:00+07:00"),
        ("2024-01-01T07:00", {}, "2024-01-01T07:00:00Z"),
        ("2024-01-01T00:00:00Z", {"output_zone": "Asia/Jakarta"}, "2024-01-01T07:00:00+07:00"),
        ("2024-01-01T07:00:00+07:00", {"output_zone": "UTC"}, "2024-01-01T00:00:00Z"),
        ("01.02.2024 13:30", {"format": "%d.%m.%Y %H:%M", "zone": "Europe/Berlin"}, "2024-02-01T13:30:00+01:00"),
        ("20240101T000000+0000", {}, "2024-01-01T00:00:00Z"),
    ],
)
def test_datetimes_have_their_zone(given, more, made):
    assert value(given, cast("datetime", **more)) == made


@pytest.mark.parametrize("given", ["2024-13-01T00:00:00Z", "now", "", 1704067200, True, []])
def test_what_is_no_datetime(given):
    assert reason(given, cast("datetime")) == "Invalid datetime format"


def test_a_datetime_beyond_the_calendar_is_refused():
    step = cast("datetime", output_zone="Asia/Jakarta")
    assert reason("9999-12-31T23:59:59Z", step) == "Invalid datetime format"


@pytest.mark.parametrize(
    ("given", "made"), [("x", "x"), (1, "1"), (1.5, "1.5"), (True, "true"), (10**25, "1" + "0" * 25)]
)
def test_texts(given, made):
    assert value(given, cast("string")) == made


@pytest.mark.parametrize("given", [[], {}, [1]])
def test_objects_and_lists_are_no_texts(given):
    assert reason(given, cast("string")) == "Objects and lists are no text"


@pytest.mark.parametrize("to", ["integer", "number", "decimal", "boolean", "date", "datetime", "string"])
def test_null_stays_null_and_an_absent_field_absent(to):
    assert value(None, cast(to)) is None
    assert compiled({"field": "a", **cast(to)}).run([{"b": 1}]).results == [{"b": 1}]


@pytest.mark.parametrize(
    ("step", "field"),
    [
        (cast("datetime", zone="Mars/Olympus"), "zone"),
        (cast("datetime", zone="../../etc/passwd"), "zone"),
        (cast("datetime", output_zone="nowhere"), "output_zone"),
        (cast("date", format="%Q"), "format"),
        (cast("date", format="%d %d"), "format"),
        (cast("number", format="%d"), "format"),
        (cast("number", scale=2), "scale"),
        (cast("decimal", scale=39), "scale"),
        (cast("money"), "to"),
        (cast("decimal", round="up"), "round"),
    ],
)
def test_a_cast_that_can_not_be_done_is_refused_by_field(step, field):
    assert list(refused({"field": "a", **step})) == [f"steps.0.{field}"]


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("2024-W01-1T00:00:00Z", "2024-01-01T00:00:00Z"),
        ("2024-01-01T000000.5Z", "2024-01-01T00:00:00.500000Z"),
        ("2024-01-01 00:00:00Z", "2024-01-01T00:00:00Z"),
    ],
)
def test_datetimes_have_one_form_also_among_many(given, made):
    plain = "2024-02-03T04:05:06Z"
    step = compiled({"field": "a", **cast("datetime")})
    assert len(given) == len(plain)
    assert step.run([{"a": plain}] * 5 + [{"a": given}]).results == [{"a": plain}] * 5 + [{"a": made}]
