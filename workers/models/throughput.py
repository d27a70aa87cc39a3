"""How much got done, by minute: what each session counts as it reports, folded into one row a queue."""

from django.db import models

from workers.models.registry import Queue


class Counted(models.Model):
    """Jobs that ended, and the time that their attempts took."""

    completed = models.IntegerField(db_default=0)
    failed = models.IntegerField(db_default=0)
    cancelled = models.IntegerField(db_default=0)
    retried = models.IntegerField(db_default=0, help_text="Attempts that were followed by another.")
    run_seconds = models.FloatField(db_default=0.0)

    class Meta:
        abstract = True


class Tally(Counted):
    """The counts of one database session, in the transaction that ended the jobs. Each session has rows of its own, so
    that no poll waits for another; and a row for each second, since the versions of a row that is counted up can't be
    removed, and are gone through, as long as somebody holds an old snapshot."""

    pk = models.CompositePrimaryKey("session_pid", "queue_id", "second")
    second = models.DateTimeField()
    session_pid = models.IntegerField()
    queue = models.ForeignKey(Queue, models.DO_NOTHING, db_constraint=False, db_index=False)

    class Meta:
        db_table = "tally"
        verbose_name_plural = "tallies"

    def __str__(self) -> str:
        return f"{self.session_pid} {self.queue_id} {self.second:%H:%M:%S}"


class Throughput(Counted):
    """A minute of a queue; kept for a fortnight."""

    pk = models.CompositePrimaryKey("queue_id", "minute")
    minute = models.DateTimeField()
    queue = models.ForeignKey(Queue, models.CASCADE, db_index=False)

    class Meta:
        db_table = "throughput"
        verbose_name_plural = "throughput"

    def __str__(self) -> str:
        return f"{self.queue_id} {self.minute:%d %H:%M}"
