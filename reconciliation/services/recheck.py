"""Reading both rows of a mismatch again, at once, because somebody wants to know."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from project.access import audit
from reconciliation.definition import Definition
from reconciliation.models import Mismatch
from reconciliation.queries.mismatches import unknown
from reconciliation.services import rules
from reconciliation.services.fresh import Pair, key_of, opened
from reconciliation.services.moving import move, tell
from reconciliation.states import LEGAL, Resolution


@dataclass(frozen=True)
class Result:
    """What a re-check found, and the mismatch as it is now."""

    mismatch: Mismatch
    equal: bool
    text: str


def recheck(*, mismatch_id: UUID, actor: User | None) -> Result:
    """Reads both sides of a mismatch now. Equal: it is AUTO_RESOLVED. Different: it shows what differs now.

    One that was resolved and differs is pending again, unless a row rule covers it: then a pending one is ignored, as a
    job would. Raises `NotFound`, `SourceError`, `SchemaChanged`.
    """
    found = Mismatch.objects.select_related("mapping__source", "mapping__target").filter(pk=mismatch_id).first()
    if found is None:
        raise unknown(mismatch_id)
    with opened(Definition.of(found.mapping)) as sides:
        pair = sides.pair(key_of(found))
        shown = sides.shown(pair)
    with transaction.atomic():
        mismatch = Mismatch.objects.select_for_update().get(pk=mismatch_id)
        result = _equal(mismatch, pair, actor) if pair.kind is None else _differs(mismatch, pair, shown, actor)
        audit.record(
            operation="mismatch.recheck",
            target=str(mismatch.pk),
            details={"table": mismatch.table_name, "key": mismatch.primary_key_value, "equal": result.equal},
            actor=actor,
        )
    return result


def _equal(mismatch: Mismatch, pair: Pair, actor: User | None) -> Result:
    gone = pair.source is None
    said = "Neither side has the row any more" if gone else "Both sides are equal now"
    if Resolution.AUTO_RESOLVED not in LEGAL[mismatch.resolution_status]:
        tell(mismatch, "rechecked", f"{said}.", actor)
        return Result(mismatch, True, f"{said}. It stays {mismatch.resolution_status}.")
    why = f"Re-checked: {said[0].lower()}{said[1:]}."
    move(mismatch, Resolution.AUTO_RESOLVED, event="auto_resolved", said=why, actor=actor)
    return Result(mismatch, True, f"{said}: AUTO_RESOLVED.")


def _differs(mismatch: Mismatch, pair: Pair, shown: dict[str, Any], actor: User | None) -> Result:
    assert pair.kind is not None
    changed = _show(mismatch, {**shown, "mismatch_type": pair.kind})
    differing = ", ".join(pair.columns) or str(pair.kind)
    rule = rules.matching(rules.row_rules(mismatch.mapping_id), shown["source_data"], shown["target_data"])
    if rule is not None:
        return _covered(mismatch, rule, differing, actor, changed=changed)
    if mismatch.resolution_status == Resolution.PENDING or _ignored_by_people(mismatch):
        _stay(mismatch, f"{'differs otherwise' if changed else 'still differs'}: {differing}.", actor, changed=changed)
        return Result(mismatch, False, f"It still differs: {differing}.")
    why = f"Re-checked: differs again: {differing}."
    move(mismatch, Resolution.PENDING, event="reopened", said=why, actor=actor)
    return Result(mismatch, False, f"It differs again ({differing}): PENDING.")


def _show(mismatch: Mismatch, shown: dict[str, Any]) -> bool:
    """Takes over what differs now; whether that is something else than what was shown."""
    told = ("mismatch_type", "columns", "source_checksum", "target_checksum")
    changed = any(getattr(mismatch, name) != shown[name] for name in told)
    for name, value in {**shown, "last_seen_at": timezone.now()}.items():
        setattr(mismatch, name, value)
    return changed


def _stay(mismatch: Mismatch, said: str, actor: User | None, *, changed: bool) -> None:
    """Its status is as it was. Other rows to show are another version: who decides on the old ones is told."""
    mismatch.version += changed
    mismatch.save()
    tell(mismatch, "seen" if changed else "rechecked", f"Re-checked: {said}", actor)


def _covered(
    mismatch: Mismatch, rule: rules.ActiveRule, differing: str, actor: User | None, *, changed: bool
) -> Result:
    rules.count_hits({rule.id: 1})
    said = f"differs ({differing}) and a rule covers it: {rule.reason}"
    if mismatch.resolution_status == Resolution.PENDING:
        move(
            mismatch,
            Resolution.IGNORED,
            event="covered",
            said=rule.reason,
            actor=actor,
            notes=rule.reason,
            ignored_until=rule.expires_at,
        )
    else:
        _stay(mismatch, said, actor, changed=changed)
    return Result(mismatch, False, f"It {said}. It is {mismatch.resolution_status}.")


def _ignored_by_people(mismatch: Mismatch) -> bool:
    """What a rule ignored is so only while one covers it."""
    if mismatch.resolution_status != Resolution.IGNORED:
        return False
    last = mismatch.events.filter(name__in=["ignored", "covered"]).order_by("-pk").first()
    return last is None or last.name != "covered"
