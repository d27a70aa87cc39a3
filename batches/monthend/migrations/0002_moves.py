"""The legal moves of a batch's status, as rows."""

from django.db import migrations

MOVES = [
    ("PREPARING", "READY"),
    ("PREPARING", "FAILED"),
    ("PREPARING", "ABORTING"),
    ("READY", "PROCESSING"),
    ("READY", "VALIDATING"),
    ("READY", "FAILED"),
    ("READY", "ABORTING"),
    ("PROCESSING", "VALIDATING"),
    ("PROCESSING", "FAILED"),
    ("PROCESSING", "ABORTING"),
    ("VALIDATING", "COMMITTED"),
    ("VALIDATING", "DRY_RUN_COMPLETED"),
    ("VALIDATING", "FAILED"),
    ("VALIDATING", "ABORTING"),
    ("FAILED", "PREPARING"),
    ("FAILED", "PROCESSING"),
    ("FAILED", "ABORTING"),
    ("ABORTING", "ABORTED"),
    ("COMMITTED", "REVERSED"),
]


def add_moves(apps, schema_editor):
    move = apps.get_model("monthend", "MonthEndMove")
    move.objects.bulk_create([move(from_status=before, to_status=after) for before, after in MOVES])


class Migration(migrations.Migration):
    dependencies = [("monthend", "0001_tables")]

    operations = [migrations.RunPython(add_moves, migrations.RunPython.noop)]
