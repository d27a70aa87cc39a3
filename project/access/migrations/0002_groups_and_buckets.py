"""Makes a group per role, and takes the throttles' state out of the write-ahead log."""

from django.db import migrations

ROLES = [
    "batch_admin",
    "batch_operator",
    "finance_viewer",
    "auditor",
    "reconciliation_operator",
    "worker",
    "integrator",
]


def make_groups(apps, schema_editor):
    group = apps.get_model("auth", "Group")
    for name in ROLES:
        group.objects.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial"), ("auth", "0012_alter_user_first_name_max_length")]

    operations = [
        # the groups stay on the way back: users may be in them
        migrations.RunPython(make_groups, migrations.RunPython.noop),
        # the room on each page keeps the updates of a bucket on its page, without touching the index
        migrations.RunSQL(
            "ALTER TABLE token_bucket SET UNLOGGED, SET (fillfactor = 50)",
            "ALTER TABLE token_bucket SET LOGGED, RESET (fillfactor)",
        ),
    ]
