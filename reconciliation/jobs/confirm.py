"""The second reading: only what differs still, after the lag, is a mismatch."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db.models import F

from reconciliation.canonical.digest import digest
from reconciliation.comparing import keys
from reconciliation.comparing.confirming import Difference, Verdict, confirm
from reconciliation.definition import Definition
from reconciliation.jobs import steps
from reconciliation.models import Candidate, ReconciliationJob
from reconciliation.services import recording, rules
from reconciliation.services.recording import Found
from reconciliation.sources.protocol import Key
from workers.handlers import Claim, handler

KNOWN = -1  # range of candidates that are open mismatches of earlier jobs: read to see whether they are mended


@handler("reconciliation.confirm", internal=True, max_attempts=5, backoff_seconds=1.0)
def confirm_block(claim: Claim) -> dict[str, Any]:
    """Read a block of candidates again, store what differs, resolve what was mended."""
    job = steps.reading(claim)
    first, last = claim.payload["first"], claim.payload["last"]
    ranges: dict[Key, set[int]] = {}
    for one in Candidate.objects.filter(job=job, id__gte=first, id__lte=last).order_by("id"):
        ranges.setdefault(keys.from_json(one.key), set()).add(one.range_number)
    if not ranges:
        return {}
    assert job.started_at is not None
    definition = steps.definition_of(job)
    judge, pace = steps.judge_of(job, definition), steps.pace_of(claim, job, definition)
    with steps.sides(definition) as (source, target):
        verdict = confirm(list(ranges), source, target, judge, job.started_at)
    pace.took(len(ranges))
    counting = [one for one in verdict.different if KNOWN not in ranges[one.key]]
    expected = by_rules(job, verdict.different)
    with steps.fenced(claim):
        store(job, definition, ranges, verdict, [one for one in counting if one.key not in expected])
        recording.ignore_covered(
            job.pk, {keys.fingerprint(definition.mapping_id, key): rule for key, rule in expected.items()}
        )
        rules.count_hits(Counter(rule.id for rule in expected.values()))
        Candidate.objects.filter(job=job, id__gte=first, id__lte=last).delete()
    return {"different": len(counting), "deferred": len(verdict.deferred), "equal": len(verdict.equal)}


def by_rules(job: ReconciliationJob, found: list[Difference]) -> dict[Key, rules.ActiveRule]:
    """The ignore rule that covers a row, by the keys of those that one covers."""
    active = rules.row_rules(job.mapping_id)
    judged = {one.key: rules.matching(active, one.source_shown, one.target_shown) for one in found}
    return {key: rule for key, rule in judged.items() if rule is not None}


def store(
    job: ReconciliationJob,
    definition: Definition,
    ranges: dict[Key, set[int]],
    verdict: Verdict,
    mismatches: list[Difference],
) -> None:
    """Needs the caller's transaction."""
    recording.record(job.pk, [found(definition, one) for one in mismatches])
    recording.resolve_mended(job.pk, [keys.fingerprint(definition.mapping_id, key) for key in verdict.equal])
    deferred = [key for key in verdict.deferred if KNOWN not in ranges[key]]
    ReconciliationJob.objects.filter(pk=job.pk).update(deferred=F("deferred") + len(deferred))
    for number, count in sorted(open_by_range(ranges, verdict).items()):
        job.ranges.filter(number=number).update(differing=F("differing") + count)


def open_by_range(ranges: dict[Key, set[int]], verdict: Verdict) -> Counter[int]:
    """Candidates of each range that nothing showed to be equal; one that two ranges found counts in both."""
    still = [*verdict.deferred, *verdict.excused, *(one.key for one in verdict.different)]
    return Counter(number for key in still for number in ranges[key] if number != KNOWN)


def found(definition: Definition, one: Difference) -> Found:
    return Found(
        fingerprint=keys.fingerprint(definition.mapping_id, one.key),
        key=keys.to_json(one.key),
        primary_key_value=keys.for_people(key_values(definition, one)),
        mismatch_type=one.type,
        columns=one.columns,
        source_data=one.source_shown,
        target_data=one.target_shown,
        source_checksum=None if one.source is None else digest(one.source),
        target_checksum=None if one.target is None else digest(one.target),
    )


def key_values(definition: Definition, one: Difference) -> Iterator[Any]:
    """As the source shows them, else the target."""
    for column in definition.columns[: definition.keys]:
        if one.source_shown is not None:
            yield one.source_shown[column.source]
        elif one.target_shown is not None:
            yield one.target_shown[column.target]
