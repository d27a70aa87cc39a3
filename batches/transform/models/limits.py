"""How many batches a caller has going at once."""

from django.db import models

from .batches import TransformBatch


class TransformSlot(models.Model):
    """A place for one batch of one caller. Free while no batch is in it and nobody has its row locked.

    A request that does its batch itself holds the lock until it answers; a session that dies lets go of it. A batch
    that the engine has stands in the row until its end, when the trigger `transform.count_ended_batch` takes it out.
    """

    pk = models.CompositePrimaryKey("owner", "number")
    owner = models.TextField()
    number = models.SmallIntegerField(help_text="Counts from 1.")
    batch = models.OneToOneField(TransformBatch, models.SET_NULL, null=True, related_name="slot")

    class Meta:
        db_table = "transform_slot"

    def __str__(self) -> str:
        return f"{self.owner} slot {self.number}"
