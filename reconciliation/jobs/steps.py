"""What each step of a comparison begins with: its job, both sides, and the fence around what it writes."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils import timezone

from project.api.errors import InvalidRequest
from project.postgres import sql
from reconciliation.comparing.findings import KeysRepeat
from reconciliation.comparing.judging import Judge
from reconciliation.comparing.pace import Pace
from reconciliation.comparing.quiet import QuietHours
from reconciliation.definition import Definition
from reconciliation.models import ReconciliationJob
from reconciliation.queries import pausing
from reconciliation.services import rules
from reconciliation.services.executing import parallelism
from reconciliation.sources.opening import open_both
from reconciliation.sources.protocol import SchemaChanged, Side
from workers.handlers import Claim, Permanent, PutOff


def job_of(claim: Claim) -> ReconciliationJob:
    return ReconciliationJob.objects.select_related("mapping").get(pk=claim.payload["job"])


def reading(claim: Claim) -> ReconciliationJob:
    """The job, for a step that is about to read both tables. Raises `PutOff` in the quiet hours of its mapping."""
    job = job_of(claim)
    stay_quiet(job)
    return job


def stay_quiet(job: ReconciliationJob) -> None:
    """Raises `PutOff` until the quiet hours of the mapping, as they are now, end."""
    now = timezone.now()
    rest = pausing.rest_of(job, now)
    if rest is not None:
        raise PutOff(rest.until, f"{job.table_name} has quiet hours: {rest.told(now)}.")


def definition_of(job: ReconciliationJob) -> Definition:
    """The mapping as it was when the job began."""
    return Definition.from_json(job.definition)


@contextmanager
def sides(definition: Definition) -> Iterator[tuple[Side, Side]]:
    """Source and target. What no other attempt would mend ends the job: raises `Permanent`."""
    try:
        with open_both(definition) as both:
            yield both
    except (SchemaChanged, InvalidRequest, KeysRepeat) as error:
        raise Permanent(str(error)) from error


@contextmanager
def fenced(claim: Claim) -> Iterator[None]:
    """One transaction that happens once or not at all: raises `StaleClaim` when another worker has the job."""
    with transaction.atomic():
        sql.routine("workers.hold_lease", claim.fence, claim.job_id)
        yield


def judge_of(job: ReconciliationJob, definition: Definition) -> Judge:
    return Judge(definition, rules.column_rules(job.mapping_id))


def pace_of(claim: Claim, job: ReconciliationJob, definition: Definition) -> Pace:
    """This reader's share of the mapping's cap; it ends by `PutOff` once quiet hours begin."""
    cap = definition.rows_per_second
    begin = QuietHours.of(job.mapping.quiet_hours).next_begin(timezone.now())

    def stop_if_asked() -> None:
        claim.stop_if_asked()
        if begin is not None and timezone.now() >= begin:
            stay_quiet(job)

    return Pace(None if cap is None else cap / parallelism(cap), stop_if_asked)
