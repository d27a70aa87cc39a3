"""When to stop halving: a side that hangs would be waited for once for each of thousands of ranges."""

from django.db.models import Max, Q

from reconciliation.comparing.methods import Method
from reconciliation.models import ReconciliationJob
from reconciliation.sources.protocol import NothingRead
from reconciliation.states import RangeState
from workers.handlers import Permanent

IN_A_ROW = 16  # four generations of one range, or so many neighbours: no row of any of them


def stop_if_given_up(job: ReconciliationJob) -> None:
    """Raises `Permanent` when another range of the job gave it up."""
    if job.validation_errors:
        raise Permanent(job.validation_errors[0]["error"])


def give_up_if_it_hangs(job: ReconciliationJob, error: Exception) -> None:
    """Raises `Permanent`, for all ranges of the job, when so many in a row gave no row in time, and none was compared
    since: with that many, it isn't their size. A count has no first rows to tell by."""
    if not isinstance(error, NothingRead) or job.method == Method.COUNTS or _in_a_row(job) < IN_A_ROW - 1:
        return
    told = f"{error} {IN_A_ROW} ranges in a row gave none: nodes that have them hang. See how they are, compare again."
    ReconciliationJob.objects.filter(pk=job.pk).update(validation_errors=[{"range": None, "error": told}])
    raise Permanent(told)


def _in_a_row(job: ReconciliationJob) -> int:
    """Ranges that gave nothing and were split for it, since one was compared."""
    compared = Q(state__in=[RangeState.EQUAL, RangeState.DIFFERENT])
    last = job.ranges.filter(compared).aggregate(last=Max("finished_at"))["last"] or job.created_at
    split = job.ranges.filter(state=RangeState.SPLIT, error__contains=NothingRead.words)
    return split.filter(finished_at__gt=last).count()
