"""The states of a submission and the priorities that it may have."""

from django.db.models import TextChoices


class Status(TextChoices):
    """Where a batch stands. Each has its time: the column of the batch that is named after it."""

    QUEUED = "queued"
    PROCESSING = "processing"  # a worker has begun with an item
    COMPLETED = "completed"  # every item was tried, and one at least has an output
    FAILED = "failed"  # every item was tried, and none has an output
    CANCELLING = "cancelling"  # what waited is cancelled, what runs may end
    CANCELLED = "cancelled"
    EXPIRED = "expired"  # its time was over before every item was done


class Priority(TextChoices):
    """Heaviest first. `critical` is the engine's `urgent`, the others are called alike."""

    CRITICAL = "critical"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class InputFit(TextChoices):
    """What becomes of an input that is shorter or longer than the model's."""

    EXACT = "exact"  # its item fails
    PAD = "pad"  # zeros are added, what is too much is left out


OPEN = (Status.QUEUED, Status.PROCESSING, Status.CANCELLING)
FINAL = (Status.COMPLETED, Status.FAILED, Status.CANCELLED, Status.EXPIRED)

ENGINE_CLASSES = {
    Priority.CRITICAL: "urgent",
    Priority.HIGH: "high",
    Priority.NORMAL: "normal",
    Priority.LOW: "low",
}
