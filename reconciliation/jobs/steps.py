"""What each step of a comparison begins with: its job, both sides, and the fence around what it writes."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from project.api.errors import InvalidRequest
from project.postgres import sql
from reconciliation.comparing.findings import KeysRepeat
from reconciliation.comparing.judging import Judge
from reconciliation.comparing.pace import Pace
from reconciliation.definition import Definition
from reconciliation.models import ReconciliationJob
from reconciliation.services import rules
from reconciliation.services.trigger import parallelism
from reconciliation.sources.opening import open_both
from reconciliation.sources.protocol import SchemaChanged, Side
from workers.handlers import Claim, Permanent


def job_of(claim: Claim) -> ReconciliationJob:
    return ReconciliationJob.objects.select_related("mapping").get(pk=claim.payload["job"])


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


def pace_of(claim: Claim, definition: Definition) -> Pace:
    """This reader's share of the mapping's cap."""
    cap = definition.rows_per_second
    return Pace(None if cap is None else cap / parallelism(cap), claim.stop_if_asked)
