"""The states of a batch, of its ranges' workers and of its checks, and which moves between them are legal."""

from django.db.models import TextChoices


class Status(TextChoices):
    """Where a batch stands. The moves are rows of `month_end_move`, enforced by trigger."""

    PREPARING = "PREPARING"  # initiated: counted, waits for its plan
    READY = "READY"  # planned: ranges, numbers and leaves exist
    PROCESSING = "PROCESSING"  # ranges are posted into detached leaves
    VALIDATING = "VALIDATING"  # every range is posted; the proof before the commit
    COMMITTED = "COMMITTED"
    FAILED = "FAILED"  # stopped by an error; resumed or aborted by a person
    ABORTING = "ABORTING"
    ABORTED = "ABORTED"
    REVERSED = "REVERSED"  # committed once, mirrored by a later batch
    DRY_RUN_COMPLETED = "DRY_RUN_COMPLETED"


class Phase(TextChoices):
    """What a batch is doing, finer than its status; the names are the API's."""

    PRE_FLIGHT = "PRE_FLIGHT"
    PLANNING = "PLANNING"
    PARALLEL_PROCESSING = "PARALLEL_PROCESSING"
    VALIDATION = "VALIDATION"
    COMMIT = "COMMIT"
    REPORT = "REPORT"
    ROLLBACK = "ROLLBACK"
    DONE = "DONE"


class WorkerStatus(TextChoices):
    """Where one worker of a batch stands with its range."""

    ASSIGNED = "ASSIGNED"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class Layer(TextChoices):
    """The three validation layers of a close."""

    PRE_FLIGHT = "pre_flight"
    PER_WORKER = "per_worker"
    PRE_COMMIT = "pre_commit"


class CheckStatus(TextChoices):
    """How one check ended."""

    PASS = "PASS"  # noqa: S105  a verdict
    WARNING = "WARNING"
    FAIL = "FAIL"


class BatchType(TextChoices):
    """Which sources a batch posts."""

    PREMIUM = "PREMIUM"
    CLAIMS = "CLAIMS"
    COMBINED = "COMBINED"


RUNNING = frozenset({Status.PREPARING, Status.READY, Status.PROCESSING, Status.VALIDATING})
FINAL = frozenset({Status.COMMITTED, Status.ABORTED, Status.REVERSED, Status.DRY_RUN_COMPLETED})
