"""What a rule would cover, before it is saved."""

from dataclasses import dataclass, field

from reconciliation.models import IgnoreRule, Mismatch
from reconciliation.services.rules import predicates
from reconciliation.services.rules.active import ActiveRule, compiled, ignored_columns
from reconciliation.states import MismatchType, Resolution

SAMPLES = 10
LOOKED_AT = 10_000  # mismatches


@dataclass
class DryRun:
    """What a rule would have covered of the mismatches that are open now: of the newest where there are `more`."""

    open: int = 0
    more: bool = False
    covered: int = 0
    samples: list[Mismatch] = field(default_factory=list)


def dry_run(rule: IgnoreRule) -> DryRun:
    """How many of the mapping's pending mismatches a rule would cover, with the newest of them. Saves nothing.

    It looks at the newest `LOOKED_AT`: a page takes no longer with millions.
    """
    found = DryRun()
    mine = {rule.column} if rule.column else set()
    left_out = ignored_columns(rule.mapping_id) | mine
    on_rows = None if rule.column else compiled(rule)
    pending = Mismatch.objects.filter(mapping_id=rule.mapping_id, resolution_status=Resolution.PENDING)
    newest = pending.order_by("-detected_at", "id")[: LOOKED_AT + 1]
    for mismatch in newest.iterator(chunk_size=500):
        if found.open == LOOKED_AT:
            found.more = True
            break
        found.open += 1
        if _covers_row(on_rows, mismatch) if on_rows else _covers_column(rule.column, left_out, mismatch):
            found.covered += 1
            if len(found.samples) < SAMPLES:
                found.samples.append(mismatch)
    return found


def _covers_row(rule: ActiveRule, mismatch: Mismatch) -> bool:
    return predicates.holds(rule.conditions, mismatch.source_data, mismatch.target_data)


def _covers_column(column: str, left_out: frozenset[str] | set[str], mismatch: Mismatch) -> bool:
    """Whether nothing that is compared still differs once the column is left out, and it did differ."""
    differing = set(mismatch.columns)
    return mismatch.mismatch_type == MismatchType.DATA_MISMATCH and column in differing and differing <= left_out
