"""The small hot tables: where a job is until it is finished."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from workers.models.executions import Execution
from workers.models.jobs import Job
from workers.models.registry import Lane, Worker


class Ready(models.Model):
    """Up to 100 jobs that may be claimed once due."""

    id = models.BigIntegerField(primary_key=True)
    lane = models.ForeignKey(Lane, models.DO_NOTHING, db_constraint=False, db_index=False)
    priority = models.TextField(help_text="The lane's class: who serves many lanes looks along the class.")
    run_at = models.DateTimeField()
    execution = models.ForeignKey(Execution, models.DO_NOTHING, db_constraint=False, db_index=False)
    attempt = models.SmallIntegerField()
    linked = models.BooleanField(help_text="A job among them may have dependents.")
    again = models.BooleanField(help_text="They were claimed before: there may be a checkpoint or an error.")
    ids = ArrayField(models.BigIntegerField())

    class Meta:
        db_table = "ready"
        verbose_name_plural = "ready"
        indexes = [models.Index(fields=["priority", "run_at", "id"], name="ready_class")]

    def __str__(self) -> str:
        return str(self.pk)


class Held(models.Model):
    """As `ready`, for executions with a parallelism: admitted to `ready` as places become free."""

    id = models.BigIntegerField(primary_key=True)
    lane = models.ForeignKey(Lane, models.DO_NOTHING, db_constraint=False, db_index=False)
    run_at = models.DateTimeField()
    execution = models.ForeignKey(Execution, models.DO_NOTHING, db_constraint=False, db_index=False)
    attempt = models.SmallIntegerField()
    linked = models.BooleanField()
    again = models.BooleanField()
    ids = ArrayField(models.BigIntegerField())

    class Meta:
        db_table = "held"
        verbose_name_plural = "held"

    def __str__(self) -> str:
        return str(self.pk)


class Lease(models.Model):
    """One claim of one worker; its id is the fence. Jobs leave `ids` as they finish, the row goes with the last."""

    id = models.BigIntegerField(primary_key=True)
    worker = models.ForeignKey(Worker, models.DO_NOTHING, db_constraint=False, db_index=False)
    lane = models.ForeignKey(Lane, models.DO_NOTHING, db_constraint=False, db_index=False)
    attempt = models.SmallIntegerField()
    linked = models.BooleanField()
    again = models.BooleanField()
    claimed_at = models.DateTimeField()
    until = models.DateTimeField()
    executions = ArrayField(models.BigIntegerField(), help_text="The execution of each job, in the order of ids.")
    ids = ArrayField(models.BigIntegerField())

    class Meta:
        db_table = "lease"

    def __str__(self) -> str:
        return str(self.pk)


class Blocked(models.Model):
    """A job with open dependencies and their count."""

    job = models.OneToOneField(
        Job, models.DO_NOTHING, primary_key=True, db_column="id", db_constraint=False, related_name="blocked"
    )
    execution = models.ForeignKey(Execution, models.DO_NOTHING, db_constraint=False, db_index=False)
    lane = models.ForeignKey(Lane, models.DO_NOTHING, db_constraint=False, db_index=False)
    pending = models.IntegerField()
    run_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "blocked"
        verbose_name_plural = "blocked"

    def __str__(self) -> str:
        return f"{self.pk} {self.pending}"


class Deferral(models.Model):
    """Until when a job's handler put it off, and why. Says nothing any more once that moment has passed."""

    job = models.OneToOneField(Job, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="deferral")
    until = models.DateTimeField()
    reason = models.TextField()

    class Meta:
        db_table = "deferral"

    def __str__(self) -> str:
        return f"{self.pk} {self.until}"
