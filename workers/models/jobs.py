"""Jobs and what is kept of them: insert-only history, partitioned by ranges of the job's id."""

from django.db import models
from django.db.models.functions import Now

from workers.models.executions import Execution
from workers.models.registry import Lane


class JobState(models.TextChoices):
    """Where a job is. Only the last three are stored; the others follow from the table that holds the job."""

    WAITING_CHILDREN = "waiting-children"  # in `blocked`
    WAITING = "waiting"  # in `ready` or `held`, due
    DELAYED = "delayed"  # in `ready` or `held`, due later
    ACTIVE = "active"  # in a `lease`
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


FINAL_STATES = (JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED)


class Policy(models.TextChoices):
    """What becomes of a job when one that it depends on fails or is cancelled."""

    CANCEL = "cancel"
    FAIL = "fail"
    IGNORE = "ignore"


class Job(models.Model):
    """What is to be done. Insert-only, partitioned by id."""

    id = models.BigIntegerField(primary_key=True)
    execution = models.ForeignKey(Execution, models.DO_NOTHING, db_constraint=False, db_index=False)
    lane = models.ForeignKey(Lane, models.DO_NOTHING, db_constraint=False, db_index=False)
    max_attempts = models.SmallIntegerField()
    backoff_seconds = models.FloatField(help_text="Before the second attempt; doubled for each further one.")
    timeout_seconds = models.FloatField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    key = models.TextField()
    name = models.TextField(null=True)  # noqa: DJ001  for people; most jobs have none
    payload = models.JSONField()
    added_by = models.BigIntegerField(null=True, help_text="The running job that added it, and would again.")

    class Meta:
        db_table = "job"
        ordering = ["-id"]
        indexes = [models.Index(fields=["execution", "key"], name="job_execution_key")]

    def __str__(self) -> str:
        return self.key


class FinishedJob(models.Model):
    """How a job ended. Insert-only, partitioned by id as `job` is; a second end of a job is a unique violation."""

    job = models.OneToOneField(
        Job, models.DO_NOTHING, primary_key=True, db_column="id", db_constraint=False, related_name="finished"
    )
    worker_id = models.IntegerField(null=True)
    attempt = models.SmallIntegerField()
    state = models.TextField(choices=[(state.value, state.label) for state in FINAL_STATES])
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(db_default=Now())
    output = models.JSONField(null=True)
    error = models.TextField(null=True)  # noqa: DJ001  a completed job has none

    class Meta:
        db_table = "finished_job"

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"


class JobDependency(models.Model):
    pk = models.CompositePrimaryKey("parent_id", "child_id")
    parent = models.ForeignKey(Job, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="children")
    child = models.ForeignKey(Job, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="parents")
    on_failure = models.TextField(choices=Policy)

    class Meta:
        db_table = "job_dependency"
        indexes = [models.Index(fields=["child"], name="job_dependency_child")]
        verbose_name_plural = "job dependencies"

    def __str__(self) -> str:
        return f"{self.parent_id} -> {self.child_id}"


class JobAttempt(models.Model):
    """An attempt that was not the last one: failed, or lost with its worker. The last stands in `finished_job`."""

    pk = models.CompositePrimaryKey("job_id", "attempt")
    job = models.ForeignKey(Job, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="attempts")
    attempt = models.SmallIntegerField()
    worker_id = models.IntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(db_default=Now())
    error = models.TextField()

    class Meta:
        db_table = "job_attempt"

    def __str__(self) -> str:
        return f"{self.job_id} {self.attempt}"


class JobCheckpoint(models.Model):
    """The newest checkpoint of a job. Numbers grow: the highest of an execution is its newest."""

    job = models.OneToOneField(
        Job, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="saved_checkpoint"
    )
    execution = models.ForeignKey(Execution, models.DO_NOTHING, db_constraint=False, db_index=False)
    number = models.BigIntegerField()
    saved_at = models.DateTimeField(db_default=Now())
    data = models.JSONField()

    class Meta:
        db_table = "job_checkpoint"
        indexes = [models.Index(fields=["execution", "number"], name="job_checkpoint_execution")]

    def __str__(self) -> str:
        return str(self.pk)
