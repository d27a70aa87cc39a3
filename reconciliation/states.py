"""The words of the contract: strategies, priorities, states of jobs, ranges and mismatches, and the legal moves."""

from django.db import models


class Strategy(models.TextChoices):
    """How two tables are compared."""

    ROW_COUNT = "ROW_COUNT"  # rows per range
    CHECKSUM = "CHECKSUM"  # everything, range by range; rows where ranges differ
    TIMESTAMP_RANGE = "TIMESTAMP_RANGE"  # everything that was written since a moment
    SAMPLE = "SAMPLE"  # random keys in depth


class JobType(models.TextChoices):
    """Who started it."""

    HOURLY_SCHEDULED = "HOURLY_SCHEDULED"
    MANUAL_ONDEMAND = "MANUAL_ONDEMAND"


class Priority(models.TextChoices):
    """Where it queues."""

    LOW = "LOW"  # when nothing else waits
    NORMAL = "NORMAL"
    HIGH = "HIGH"  # before the others


class JobStatus(models.TextChoices):
    """RUNNING from the trigger on. COMPLETED is said only when each range was compared."""

    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class Detail(models.TextChoices):
    """Whether each mismatch of a job is stored."""

    FULL = "FULL"
    PARTIAL = "PARTIAL"  # counted all, stored a sample


class RangeState(models.TextChoices):
    """Where the comparison of a range stands. Only EQUAL proves anything."""

    PENDING = "PENDING"
    EQUAL = "EQUAL"
    DIFFERENT = "DIFFERENT"
    COUNTED = "COUNTED"  # one side's rows alone; what they come to only the sums say
    SPLIT = "SPLIT"  # took too long; the ranges it was split into are compared instead
    FAILED = "FAILED"


class Direction(models.TextChoices):
    """Whose key space a range is of, and what is read of it."""

    BOTH = "BOTH"  # both sides know the range: each reads it
    SOURCE = "SOURCE"  # the source's: its rows are looked up in the target
    TARGET = "TARGET"  # the target's: its rows are looked up in the source


class MismatchType(models.TextChoices):
    """What differs. Cassandra is the source and PostgreSQL the target, whatever the source's kind."""

    MISSING_IN_POSTGRES = "MISSING_IN_POSTGRES"
    MISSING_IN_CASSANDRA = "MISSING_IN_CASSANDRA"
    DATA_MISMATCH = "DATA_MISMATCH"


class Resolution(models.TextChoices):
    """What became of a mismatch."""

    PENDING = "PENDING"
    AUTO_RESOLVED = "AUTO_RESOLVED"  # a later job covered the key and found both sides equal
    MANUAL_RESOLVED = "MANUAL_RESOLVED"
    IGNORED = "IGNORED"  # expected; until it expires, if it does


class SourceKind(models.TextChoices):
    """What a connection leads to."""

    CASSANDRA = "cassandra"
    POSTGRESQL = "postgresql"


LEGAL: dict[str, frozenset[str]] = {
    Resolution.PENDING: frozenset({Resolution.AUTO_RESOLVED, Resolution.MANUAL_RESOLVED, Resolution.IGNORED}),
    # found again: it is pending again, with its age
    Resolution.AUTO_RESOLVED: frozenset({Resolution.PENDING}),
    Resolution.MANUAL_RESOLVED: frozenset({Resolution.PENDING, Resolution.IGNORED}),
    Resolution.IGNORED: frozenset({Resolution.PENDING, Resolution.MANUAL_RESOLVED, Resolution.AUTO_RESOLVED}),
}
"""Legal moves of a mismatch. To PENDING and AUTO_RESOLVED a job moves it, or a re-check, by what both rows are: nobody
decides that. To IGNORED a row rule may move it too, to MANUAL_RESOLVED a repair."""

BY_PEOPLE: frozenset[str] = frozenset({Resolution.MANUAL_RESOLVED, Resolution.IGNORED})
