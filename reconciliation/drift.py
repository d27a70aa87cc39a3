"""How far two tables are apart: mismatches over rows of the source, in percent, and how bad that is."""

from dataclasses import dataclass
from typing import Self

from django.conf import settings
from django.db import models

from reconciliation.models import Mapping, ReconciliationJob
from reconciliation.states import JobStatus, Strategy


class Severity(models.TextChoices):
    """What a drift asks for."""

    WARNING = "WARNING"
    CRITICAL = "CRITICAL"


@dataclass(frozen=True)
class Thresholds:
    """In percent; a drift above one is that. As in the alert rules, a drift that is equal to it isn't yet."""

    warning: float
    critical: float

    @classmethod
    def of(cls, mapping: Mapping) -> Self:
        """The mapping's own, where it has some, else the installation's."""
        warning, critical = mapping.warning_percent, mapping.critical_percent
        return cls(
            warning=settings.RECONCILIATION_DRIFT_WARNING_THRESHOLD if warning is None else warning,
            critical=settings.RECONCILIATION_DRIFT_CRITICAL_THRESHOLD if critical is None else critical,
        )

    def severity(self, drift: float | None) -> Severity | None:
        """None for a drift below both, and for none."""
        if drift is None:
            return None
        if drift > self.critical:
            return Severity.CRITICAL
        return Severity.WARNING if drift > self.warning else None


def percent(job: ReconciliationJob) -> float | None:
    """The drift of what a job has counted: 50 of 1,000,000 is 0.005. None before it counted, and when it failed.

    A sample's base is the sample. Where the source is empty each row of the target is too many: 100.
    """
    base = job.compared_rows if job.validation_strategy == Strategy.SAMPLE else job.source_rows
    if base is None or job.status == JobStatus.FAILED:
        return None
    if base == 0:
        return 100.0 if job.mismatch_count else 0.0
    return 100 * job.mismatch_count / base


def severity(job: ReconciliationJob) -> Severity | None:
    """Whether that is above a threshold."""
    return Thresholds.of(job.mapping).severity(percent(job))


def words(value: float | None) -> str:
    """A drift for people, with as many digits as tell it from nothing: 0.005 %, 1.3 %."""
    if value is None:
        return "—"
    return f"{value:.3g} %" if value < 100 else f"{value:.0f} %"
