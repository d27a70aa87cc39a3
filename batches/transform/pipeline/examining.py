"""What the form of a step doesn't show: whether its pattern, format, zone and expression can be used."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import re2

from project.postgres.texts import storable

from . import expressions, masks, secrets, steps, texts


def _pattern(step: steps.RegexReplace) -> None:
    try:
        compiled = texts.compile_pattern(step.pattern, step.ignore_case)
    except re2.error as error:
        said = error.args[0] if error.args else b""
        raise ValueError(f"RE2 can't read this: {said.decode() if isinstance(said, bytes) else said}.") from None
    except UnicodeEncodeError:
        raise ValueError(texts.UNREADABLE) from None
    _replacement(step, compiled.groups)


def _replacement(step: steps.RegexReplace, groups: int) -> None:
    try:
        made: str = texts.compile_pattern("()" * groups, ignore_case=False).sub(step.replacement, "")
    except (IndexError, re2.error, re.error, ValueError, KeyError):
        raise ValueError(f"The replacement names a group that the pattern doesn't have; it has {groups}.") from None
    if not storable(made):
        raise ValueError(f"{texts.UNSTORABLE} in a replacement.")


def _format(step: steps.Cast) -> None:
    if step.format is None:
        return
    if step.to not in {"date", "datetime"}:
        raise ValueError("Only dates and datetimes have a format.")
    try:
        datetime.strptime(datetime(2024, 2, 29, 13, 14, 15, tzinfo=UTC).strftime(step.format), step.format)  # noqa: DTZ007
    except (ValueError, re.error):
        raise ValueError("strptime can't read this format.") from None


def _scale(step: steps.Cast) -> None:
    if step.scale is not None and step.to != "decimal":
        raise ValueError("Only decimals have a scale.")


def _zone(name: str | None) -> None:
    try:
        ZoneInfo(name or "UTC")
    except (ValueError, OSError, KeyError):
        raise ValueError("There is no such time zone. Names are as Asia/Jakarta.") from None


def _secret() -> None:
    if not secrets.secret_or_none():
        raise ValueError(secrets.UNSET)


def _parsed(source: str) -> None:
    expressions.parse(source)


Examination = tuple[str, Callable[[Any], None]]

EXAMINED: Mapping[type[steps.Written], tuple[Examination, ...]] = {
    steps.RegexReplace: (("pattern", _pattern),),
    steps.Cast: (
        ("format", _format),
        ("scale", _scale),
        ("zone", lambda step: _zone(step.zone)),
        ("output_zone", lambda step: _zone(step.output_zone)),
    ),
    steps.Filter: (("where", lambda step: _parsed(step.where)),),
    steps.Compute: (("expression", lambda step: _parsed(step.expression)),),
    masks.MaskPseudonym: (("method", lambda _step: _secret()),),
}
