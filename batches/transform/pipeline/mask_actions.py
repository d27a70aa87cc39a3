"""Masks to closures: each method has a function here that makes its action."""

from . import masking, masks
from .actions import Action, action, convert, each
from .secrets import pseudonym_secret


@action.register
def _email(step: masks.MaskEmail) -> Action:
    return convert(step.op, [step.field], masking.email, masking.emails)


@action.register
def _phone(step: masks.MaskPhone) -> Action:
    return convert(step.op, [step.field], masking.phone, masking.phones)


@action.register
def _partial(step: masks.MaskPartial) -> Action:
    one = masking.partial(step.first, step.last, step.char)
    return convert(step.op, [step.field], one, each(one))


@action.register
def _last(step: masks.MaskLast) -> Action:
    one = masking.last(step.keep, step.char)
    return convert(step.op, [step.field], one, each(one))


@action.register
def _hash(step: masks.MaskHash) -> Action:
    return convert(step.op, [step.field], masking.hashed(step.salt))


@action.register
def _pseudonym(step: masks.MaskPseudonym) -> Action:
    return convert(step.op, [step.field], masking.pseudonym(pseudonym_secret(), step.scope))


@action.register
def _redact(step: masks.MaskRedact) -> Action:
    one = masking.redacted(step.text)
    return convert(step.op, [step.field], one, each(one))
