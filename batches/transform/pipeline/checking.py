"""Whether a pipeline is one: every step can be read and compiled, and nothing sensitive leaves unmasked."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from project.api.errors import InvalidRequest
from workers.documents.refusals import refusal

from . import flow, masks, steps
from .examining import EXAMINED
from .limits import LARGEST, LONGEST_NAME, MOST_FIELDS, MOST_STEPS

OPS: Mapping[str, type[steps.Written]] = {
    "rename": steps.Rename,
    "cast": steps.Cast,
    "default": steps.Default,
    "require": steps.Require,
    "trim": steps.Trim,
    "case": steps.Case,
    "regex_replace": steps.RegexReplace,
    "lookup": steps.Lookup,
    "drop": steps.Drop,
    "filter": steps.Filter,
    "compute": steps.Compute,
}
MASKS: Mapping[str, type[masks.Mask]] = {
    "email": masks.MaskEmail,
    "phone": masks.MaskPhone,
    "partial": masks.MaskPartial,
    "last": masks.MaskLast,
    "hash": masks.MaskHash,
    "pseudonym": masks.MaskPseudonym,
    "redact": masks.MaskRedact,
}


def check(given: Any, sensitive: Any = ()) -> list[steps.Written]:
    """The steps, read. Raises a 400 that names step and field: `steps.2.pattern`."""
    written = read(given)
    for number, step in enumerate(written):
        for field, examine in EXAMINED.get(type(step), ()):
            try:
                examine(step)
            except ValueError as error:
                raise InvalidRequest.field(f"steps.{number}.{field}", str(error)) from None
    for field, name in flow.unmasked(written, _names(sensitive)):
        way = "" if field == name else f" as {name}"
        raise InvalidRequest.field("sensitive", f"{field} leaves unmasked{way}. Mask or drop it.")
    return written


def read(given: Any) -> list[steps.Written]:
    """The steps, each by its `op`. Raises a 400."""
    if not isinstance(given, list):
        raise InvalidRequest.field("steps", "Must be a list of steps.")
    if not 1 <= len(given) <= MOST_STEPS:
        raise InvalidRequest.field("steps", f"There must be 1 to {MOST_STEPS} steps.")
    if len(json.dumps(given)) > LARGEST:
        raise InvalidRequest.field("steps", f"Together they have more than {LARGEST} characters.")
    return [_read(f"steps.{number}", step) for number, step in enumerate(given)]


def _read(place: str, given: Any) -> steps.Written:
    if not isinstance(given, dict):
        raise InvalidRequest.field(place, "Must be an object.")
    op = given.get("op")
    model = (
        _chosen(place, "method", given.get("method"), MASKS) if op == "mask" else _chosen(place, "op", op, known=OPS)
    )
    try:
        return model.model_validate(given)
    except ValidationError as error:
        fields = (refusal(error, given, model).details or {}).get("fields", {"": [str(refusal(error, given, model))]})
        named = {f"{place}.{name}".rstrip("."): reasons for name, reasons in fields.items()}
        name, reasons = next(iter(named.items()))
        raise InvalidRequest(f"{name}: {reasons[0]}", details={"fields": named}) from None


def _chosen(place: str, member: str, value: Any, known: Mapping[str, type[steps.Written]]) -> type[steps.Written]:
    found = known.get(value) if isinstance(value, str) else None
    if found is None:
        options = [*known, "mask"] if member == "op" else known
        raise InvalidRequest.field(f"{place}.{member}", f"Must be one of: {', '.join(options)}.")
    return found


def _names(sensitive: Any) -> list[str]:
    given = list(sensitive) if isinstance(sensitive, list | tuple) else None
    if given is None or not all(isinstance(name, str) and 1 <= len(name) <= LONGEST_NAME for name in given):
        raise InvalidRequest.field("sensitive", f"Must be a list of names of 1 to {LONGEST_NAME} characters.")
    if len(given) > MOST_FIELDS:
        raise InvalidRequest.field("sensitive", f"There can be {MOST_FIELDS} names at most.")
    return given
