"""Capabilities, limits and pauses of queues, schedules, re-runs, and the history of what got done."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


SETTINGS = """
CREATE SEQUENCE job_checkpoint_number_seq AS bigint;
UPDATE ready r SET priority = l.priority FROM lane l WHERE l.id = r.lane_id;
UPDATE job_checkpoint c SET execution_id = j.execution_id, number = nextval('job_checkpoint_number_seq')
  FROM job j WHERE j.id = c.job_id;
-- counted up by every poll: room on the page keeps those updates off the index
ALTER TABLE tally SET (fillfactor = 20);
"""

SETTINGS_BACK = """
ALTER TABLE tally RESET (fillfactor);
DROP SEQUENCE job_checkpoint_number_seq;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('workers', '0002_jobs'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='QueuePause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('paused_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('paused_by', models.TextField()),
                ('reason', models.TextField()),
                ('until', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'queue_pause',
            },
        ),
        migrations.CreateModel(
            name='Schedule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.TextField(unique=True)),
                ('workflow', models.TextField()),
                ('jobs', models.JSONField(help_text='As the body of an execution has them.')),
                ('parallelism', models.IntegerField(null=True)),
                ('interval_seconds', models.FloatField(null=True)),
                ('cron', models.TextField(null=True)),
                ('time_zone', models.TextField(db_default='UTC')),
                ('overlap', models.TextField(choices=[('skip', 'Skip'), ('allow', 'Allow'), ('cancel', 'Cancel')], db_default='skip')),
                ('catch_up', models.TextField(choices=[('none', 'None'), ('latest', 'Latest'), ('all', 'All')], db_default='latest')),
                ('enabled', models.BooleanField(db_default=True)),
                ('starts_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('ends_at', models.DateTimeField(null=True)),
                ('next_run_at', models.DateTimeField(help_text='Null once nothing is to come.', null=True)),
                ('last_run_at', models.DateTimeField(null=True)),
                ('skipped', models.IntegerField(db_default=0, help_text='Runs left out by the overlap or the catch-up rule.')),
                ('last_error', models.TextField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'schedule',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('queue', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, to='workers.queue')),
                ('minute', models.DateTimeField()),
                ('completed', models.IntegerField(db_default=0)),
                ('failed', models.IntegerField(db_default=0)),
                ('cancelled', models.IntegerField(db_default=0)),
                ('retried', models.IntegerField(db_default=0, help_text='Attempts that were followed by another.')),
                ('run_seconds', models.FloatField(db_default=0.0)),
                ('pk', models.CompositePrimaryKey('session_pid', 'queue_id', 'minute', blank=True, editable=False, primary_key=True, serialize=False)),
                ('session_pid', models.IntegerField()),
            ],
            options={
                'verbose_name_plural': 'tallies',
                'db_table': 'tally',
            },
        ),
        migrations.CreateModel(
            name='Throughput',
            fields=[
                ('queue', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='workers.queue')),
                ('minute', models.DateTimeField()),
                ('completed', models.IntegerField(db_default=0)),
                ('failed', models.IntegerField(db_default=0)),
                ('cancelled', models.IntegerField(db_default=0)),
                ('retried', models.IntegerField(db_default=0, help_text='Attempts that were followed by another.')),
                ('run_seconds', models.FloatField(db_default=0.0)),
                ('pk', models.CompositePrimaryKey('queue_id', 'minute', blank=True, editable=False, primary_key=True, serialize=False)),
            ],
            options={
                'verbose_name_plural': 'throughput',
                'db_table': 'throughput',
            },
        ),
        migrations.RemoveConstraint(
            model_name='lane',
            name='lane_identity',
        ),
        migrations.RemoveField(
            model_name='worker',
            name='load',
        ),
        migrations.AddField(
            model_name='execution',
            name='idempotency_key',
            field=models.TextField(null=True),
        ),
        migrations.AddField(
            model_name='execution',
            name='request_digest',
            field=models.BinaryField(help_text='SHA-256 of what was submitted under the key.', null=True),
        ),
        migrations.AddField(
            model_name='execution',
            name='rerun_of',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reruns', to='workers.execution'),
        ),
        migrations.AddField(
            model_name='execution',
            name='scheduled_for',
            field=models.DateTimeField(help_text='The moment of its schedule that it was made for.', null=True),
        ),
        migrations.AddField(
            model_name='job',
            name='name',
            field=models.TextField(null=True),
        ),
        migrations.AddField(
            model_name='jobcheckpoint',
            name='execution',
            field=models.ForeignKey(db_constraint=False, db_index=False, default=0, on_delete=django.db.models.deletion.DO_NOTHING, to='workers.execution'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='jobcheckpoint',
            name='number',
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='lane',
            name='comparisons',
            field=models.JSONField(db_default=[], help_text="[[name, operator, value]] that a worker's metadata must satisfy; sorted."),
        ),
        migrations.AddField(
            model_name='lane',
            name='labels',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], help_text='Capabilities that a worker must have; sorted.', size=None),
        ),
        migrations.AddField(
            model_name='queue',
            name='cancelled',
            field=models.BigIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name='queue',
            name='completed',
            field=models.BigIntegerField(db_default=0, help_text='Up to the newest minute in `throughput`.'),
        ),
        migrations.AddField(
            model_name='queue',
            name='concurrency',
            field=models.IntegerField(help_text='Jobs that may be active at once; null for no limit.', null=True),
        ),
        migrations.AddField(
            model_name='queue',
            name='failed',
            field=models.BigIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name='queue',
            name='rate_limit',
            field=models.IntegerField(help_text='Jobs that may start in one window; null for no limit.', null=True),
        ),
        migrations.AddField(
            model_name='queue',
            name='rate_seconds',
            field=models.FloatField(help_text='Length of a window. It begins with its first job.', null=True),
        ),
        migrations.AddField(
            model_name='queue',
            name='window_started_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='queue',
            name='window_used',
            field=models.IntegerField(db_default=0, help_text='Jobs that started in the present window.'),
        ),
        migrations.AddField(
            model_name='ready',
            name='priority',
            field=models.TextField(default='', help_text="The lane's class: who serves many lanes looks along the class."),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='worker',
            name='actor',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='worker',
            name='capabilities',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], help_text='Labels that jobs may require.', size=None),
        ),
        migrations.AddField(
            model_name='worker',
            name='current_load',
            field=models.IntegerField(help_text='Jobs it was running at the last heartbeat.', null=True),
        ),
        migrations.AddField(
            model_name='worker',
            name='metadata',
            field=models.JSONField(db_default={}, help_text='Facts that the comparisons of jobs are about.'),
        ),
        migrations.AddField(
            model_name='worker',
            name='prefetch',
            field=models.JSONField(db_default={}, help_text='Job type -> how many of its jobs one slot takes at once.'),
        ),
        migrations.AddIndex(
            model_name='jobcheckpoint',
            index=models.Index(fields=['execution', 'number'], name='job_checkpoint_execution'),
        ),
        migrations.AddIndex(
            model_name='ready',
            index=models.Index(fields=['priority', 'run_at', 'id'], name='ready_class'),
        ),
        migrations.AddConstraint(
            model_name='lane',
            constraint=models.UniqueConstraint(fields=('queue', 'type', 'priority', 'labels', 'comparisons'), name='lane_identity'),
        ),
        migrations.AddConstraint(
            model_name='queue',
            constraint=models.CheckConstraint(condition=models.Q(('concurrency__isnull', True), ('concurrency__gte', 1), _connector='OR'), name='queue_concurrency'),
        ),
        migrations.AddConstraint(
            model_name='queue',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('rate_limit__isnull', True), ('rate_seconds__isnull', True)), models.Q(('rate_limit__gte', 1), ('rate_seconds__gt', 0)), _connector='OR'), name='queue_rate'),
        ),
        migrations.AddField(
            model_name='queuepause',
            name='queue',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='pauses', to='workers.queue'),
        ),
        migrations.AddField(
            model_name='schedule',
            name='actor',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='execution',
            name='schedule',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='executions', to='workers.schedule'),
        ),
        migrations.AddIndex(
            model_name='execution',
            index=models.Index(condition=models.Q(('schedule__isnull', False)), fields=['schedule', 'id'], name='execution_of_schedule'),
        ),
        migrations.AddIndex(
            model_name='execution',
            index=models.Index(condition=models.Q(('rerun_of__isnull', False)), fields=['rerun_of'], name='execution_rerun_of'),
        ),
        migrations.AddIndex(
            model_name='execution',
            index=models.Index(condition=models.Q(('completed_at__isnull', True)), fields=['id'], name='execution_open'),
        ),
        migrations.AddConstraint(
            model_name='execution',
            constraint=models.UniqueConstraint(condition=models.Q(('idempotency_key__isnull', False)), fields=('actor', 'idempotency_key'), name='execution_idempotency', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='execution',
            constraint=models.UniqueConstraint(condition=models.Q(('scheduled_for__isnull', False)), fields=('schedule', 'scheduled_for'), name='execution_scheduled_once'),
        ),
        migrations.AddConstraint(
            model_name='queuepause',
            constraint=models.UniqueConstraint(fields=('queue',), name='queue_pause_once', nulls_distinct=False),
        ),
        migrations.AddIndex(
            model_name='schedule',
            index=models.Index(condition=models.Q(('enabled', True)), fields=['next_run_at'], name='schedule_due'),
        ),
        migrations.AddConstraint(
            model_name='schedule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cron__isnull', False), ('interval_seconds__isnull', True)), models.Q(('cron__isnull', True), ('interval_seconds__gt', 0)), _connector='OR'), name='schedule_interval_or_cron'),
        ),
        migrations.AddConstraint(
            model_name='schedule',
            constraint=models.CheckConstraint(condition=models.Q(('parallelism__isnull', True), ('parallelism__gte', 1), _connector='OR'), name='schedule_parallelism'),
        ),
        migrations.RunSQL(SETTINGS, SETTINGS_BACK),
    ]
