"""Who works and on what: queues, priority classes, lanes, workers, executions."""

import datetime
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


# The counts of an execution change with every poll: room on the page keeps those updates off the indexes.
REFERENCE_ROWS = """
ALTER TABLE execution SET (fillfactor = 50);
INSERT INTO queue (name) VALUES ('default');
INSERT INTO priority_class (name, weight) VALUES ('urgent', 1), ('high', 0.75), ('normal', 0.5), ('low', 0.25);
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Queue',
            fields=[
                ('id', models.SmallAutoField(primary_key=True, serialize=False)),
                ('name', models.TextField(unique=True)),
                ('horizon', models.DurationField(db_default=datetime.timedelta(seconds=600), help_text='How far apart weights 0 and 1 stand, as waiting time.')),
            ],
            options={
                'db_table': 'queue',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='PriorityClass',
            fields=[
                ('name', models.TextField(primary_key=True, serialize=False)),
                ('weight', models.DecimalField(decimal_places=2, max_digits=3)),
            ],
            options={
                'verbose_name_plural': 'priority classes',
                'db_table': 'priority_class',
                'ordering': ['-weight'],
                'constraints': [models.CheckConstraint(condition=models.Q(('weight__gte', 0), ('weight__lte', 1)), name='priority_class_weight')],
            },
        ),
        migrations.CreateModel(
            name='Worker',
            fields=[
                ('id', models.AutoField(primary_key=True, serialize=False)),
                ('name', models.TextField()),
                ('hostname', models.TextField()),
                ('pid', models.IntegerField(null=True)),
                ('has_session', models.BooleanField(help_text='Alive while its session holds advisory lock (1, id).')),
                ('slots', models.IntegerField()),
                ('queues', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('types', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), help_text='Job types it can run; null for any.', null=True, size=None)),
                ('lease_time', models.DurationField(db_default=datetime.timedelta(seconds=30))),
                ('load', models.FloatField(help_text='Busy slots divided by slots, at the last heartbeat.', null=True)),
                ('cpu_percent', models.FloatField(null=True)),
                ('memory_mb', models.FloatField(null=True)),
                ('started_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('last_heartbeat', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('stopped_at', models.DateTimeField(null=True)),
                ('stop_reason', models.TextField(null=True)),
            ],
            options={
                'db_table': 'worker',
                'constraints': [models.UniqueConstraint(condition=models.Q(('stopped_at__isnull', True)), fields=('name',), name='worker_name_once'), models.CheckConstraint(condition=models.Q(('slots__gte', 1)), name='worker_slots')],
            },
        ),
        migrations.CreateModel(
            name='Execution',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('workflow', models.TextField()),
                ('status', models.TextField(choices=[('pending', 'Pending'), ('running', 'Running'), ('completed', 'Completed'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], db_default='pending')),
                ('parallelism', models.IntegerField(null=True)),
                ('admitted', models.IntegerField(db_default=0, help_text='Jobs in ready or leased, counted with a parallelism only.')),
                ('total', models.IntegerField(db_default=0)),
                ('completed', models.IntegerField(db_default=0)),
                ('failed', models.IntegerField(db_default=0)),
                ('cancelled', models.IntegerField(db_default=0)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('started_at', models.DateTimeField(null=True)),
                ('completed_at', models.DateTimeField(null=True)),
                ('cancel_requested_at', models.DateTimeField(null=True)),
                ('cancel_reason', models.TextField(null=True)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'execution',
                'ordering': ['-id'],
                'indexes': [models.Index(condition=models.Q(('cancel_requested_at__isnull', False), ('completed_at__isnull', True)), fields=['id'], name='execution_being_cancelled')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['pending', 'running', 'completed', 'failed', 'cancelled'])), name='execution_status'), models.CheckConstraint(condition=models.Q(('parallelism__isnull', True), ('parallelism__gte', 1), _connector='OR'), name='execution_parallelism'), models.CheckConstraint(condition=models.Q(('total__gte', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('completed'), '+', models.F('failed')), '+', models.F('cancelled')))), name='execution_counts')],
            },
        ),
        migrations.CreateModel(
            name='Lane',
            fields=[
                ('id', models.AutoField(primary_key=True, serialize=False)),
                ('type', models.TextField()),
                ('priority', models.ForeignKey(db_column='priority', on_delete=django.db.models.deletion.PROTECT, to='workers.priorityclass')),
                ('queue', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='workers.queue')),
            ],
            options={
                'db_table': 'lane',
                'constraints': [models.UniqueConstraint(fields=('queue', 'type', 'priority'), name='lane_identity')],
            },
        ),
        migrations.RunSQL(REFERENCE_ROWS, migrations.RunSQL.noop),
    ]
