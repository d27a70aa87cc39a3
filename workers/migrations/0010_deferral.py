"""Until when a handler put its job off, and why."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workers', '0009_tally_by_second'),
    ]

    operations = [
        migrations.CreateModel(
            name='Deferral',
            fields=[
                ('job', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='deferral', serialize=False, to='workers.job')),
                ('until', models.DateTimeField()),
                ('reason', models.TextField()),
            ],
            options={
                'db_table': 'deferral',
            },
        ),
    ]
