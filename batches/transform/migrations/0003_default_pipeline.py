"""The pipeline that batches without a name go through: the contract's example."""

from django.db import migrations

STEPS = [
    {"op": "rename", "fields": {"ts": "timestamp", "amt": "amount"}},
    {"op": "cast", "field": "timestamp", "to": "datetime"},
    {"op": "cast", "field": "amount", "to": "number"},
    {"op": "mask", "field": "email", "method": "email"},
    {"op": "mask", "field": "phone", "method": "phone"},
]


def make(apps, schema_editor):
    pipeline = apps.get_model("transform", "Pipeline").objects.create(
        name="default",
        description="Timestamp and amount under their full names; e-mail and phone masked.",
        is_default=True,
    )
    apps.get_model("transform", "PipelineVersion").objects.create(
        pipeline=pipeline, number=1, steps=STEPS, sensitive=["email", "phone"], active=True, note="As it came."
    )


def unmake(apps, schema_editor):
    apps.get_model("transform", "Pipeline").objects.filter(name="default").delete()


class Migration(migrations.Migration):
    dependencies = [("transform", "0002_slots_and_totals")]

    operations = [migrations.RunPython(make, unmake)]
