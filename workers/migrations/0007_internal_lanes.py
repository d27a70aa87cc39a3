"""Jobs of the product's own types wait in lanes that only its own workers serve."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workers', '0006_fewer_checks'),
    ]

    operations = [
        migrations.RemoveConstraint(model_name='lane', name='lane_identity'),
        migrations.AddField(
            model_name='lane',
            name='internal',
            field=models.BooleanField(db_default=False, help_text="The product's own: only workers with a session of ours may take its jobs."),
        ),
        migrations.RunSQL(
            "UPDATE lane SET internal = true WHERE starts_with(type, 'month_end.')",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name='lane',
            constraint=models.UniqueConstraint(fields=('queue', 'type', 'priority', 'labels', 'comparisons', 'internal'), name='lane_identity'),
        ),
    ]
