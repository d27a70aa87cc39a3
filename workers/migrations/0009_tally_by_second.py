"""A row of `tally` counts a second, no longer a minute: under a pinned snapshot each poll went through all its versions."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workers', '0008_queue_ids'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    'ALTER TABLE tally RENAME COLUMN minute TO second',
                    'ALTER TABLE tally RENAME COLUMN second TO minute',
                ),
            ],
            state_operations=[
                # Django can't rename a field of a composite key
                migrations.DeleteModel(name='Tally'),
                migrations.CreateModel(
                    name='Tally',
                    fields=[
                        ('completed', models.IntegerField(db_default=0)),
                        ('failed', models.IntegerField(db_default=0)),
                        ('cancelled', models.IntegerField(db_default=0)),
                        ('retried', models.IntegerField(db_default=0, help_text='Attempts that were followed by another.')),
                        ('run_seconds', models.FloatField(db_default=0.0)),
                        ('pk', models.CompositePrimaryKey('session_pid', 'queue_id', 'second', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('second', models.DateTimeField()),
                        ('session_pid', models.IntegerField()),
                        ('queue', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, to='workers.queue')),
                    ],
                    options={
                        'verbose_name_plural': 'tallies',
                        'db_table': 'tally',
                    },
                ),
            ],
        ),
    ]
