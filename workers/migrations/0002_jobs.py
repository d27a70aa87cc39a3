"""Jobs, their partitioned history, and the hot tables in which they wait: what a model can't say is said in SQL."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


HISTORY = """
CREATE SEQUENCE job_id_seq AS bigint;
CREATE TABLE job (
    id bigint NOT NULL,
    execution_id bigint NOT NULL,
    lane_id integer NOT NULL,
    max_attempts smallint NOT NULL,
    backoff_seconds double precision NOT NULL,
    timeout_seconds double precision,
    created_at timestamptz NOT NULL DEFAULT now(),
    key text NOT NULL,
    payload jsonb NOT NULL,
    CONSTRAINT job_pkey PRIMARY KEY (id)
) PARTITION BY RANGE (id);
CREATE INDEX job_execution_key ON job (execution_id, key);
COMMENT ON TABLE job IS 'What is to be done. Insert-only.';

CREATE TABLE finished_job (
    id bigint NOT NULL,
    worker_id integer,
    attempt smallint NOT NULL,
    state text NOT NULL,
    started_at timestamptz,
    finished_at timestamptz NOT NULL DEFAULT now(),
    output jsonb,
    error text,
    CONSTRAINT finished_job_pkey PRIMARY KEY (id),
    CONSTRAINT finished_job_state CHECK (state IN ('completed', 'failed', 'cancelled'))
) PARTITION BY RANGE (id);
COMMENT ON TABLE finished_job IS 'How a job ended. Insert-only; a second end is a unique violation, which is the alarm.';

CREATE TABLE job_dependency (
    parent_id bigint NOT NULL,
    child_id bigint NOT NULL,
    on_failure text NOT NULL,
    CONSTRAINT job_dependency_pkey PRIMARY KEY (parent_id, child_id),
    CONSTRAINT job_dependency_on_failure CHECK (on_failure IN ('cancel', 'fail', 'ignore'))
) PARTITION BY RANGE (parent_id);
CREATE INDEX job_dependency_child ON job_dependency (child_id);
COMMENT ON TABLE job_dependency IS 'The child waits for the parent; on_failure says what becomes of it when the parent fails.';

CREATE TABLE job_attempt (
    job_id bigint NOT NULL,
    attempt smallint NOT NULL,
    worker_id integer NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL DEFAULT now(),
    error text NOT NULL,
    CONSTRAINT job_attempt_pkey PRIMARY KEY (job_id, attempt)
) PARTITION BY RANGE (job_id);
COMMENT ON TABLE job_attempt IS 'Attempts that were followed by another; the last one stands in finished_job.';

CREATE TABLE job_checkpoint (
    job_id bigint NOT NULL,
    saved_at timestamptz NOT NULL DEFAULT now(),
    data jsonb NOT NULL,
    CONSTRAINT job_checkpoint_pkey PRIMARY KEY (job_id)
) PARTITION BY RANGE (job_id);
COMMENT ON TABLE job_checkpoint IS 'The newest checkpoint of a job.';

DO $$
DECLARE
    history text;
BEGIN
    -- the rest is made ahead by workers.make_partitions
    FOREACH history IN ARRAY ARRAY['job', 'finished_job', 'job_dependency', 'job_attempt', 'job_checkpoint'] LOOP
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (0) TO (1000000)%s', history || '_p0', history,
            CASE WHEN history = 'job_checkpoint' THEN ' WITH (fillfactor = 50)' ELSE '' END);
    END LOOP;
END $$;
"""

HISTORY_BACK = """
DROP TABLE job_checkpoint, job_attempt, job_dependency, finished_job, job;
DROP SEQUENCE job_id_seq;
"""

WAITING = """
CREATE TABLE ready (
    id bigint GENERATED ALWAYS AS IDENTITY,
    run_at timestamptz NOT NULL,
    execution_id bigint NOT NULL,
    lane_id integer NOT NULL,
    attempt smallint NOT NULL,
    linked boolean NOT NULL,
    again boolean NOT NULL,
    ids bigint[] NOT NULL,
    CONSTRAINT ready_pkey PRIMARY KEY (lane_id, run_at, id)
);
COMMENT ON TABLE ready IS 'Up to 100 jobs of one lane, execution, attempt and due time that may be claimed once due.';

CREATE TABLE held (
    id bigint GENERATED ALWAYS AS IDENTITY,
    run_at timestamptz NOT NULL,
    execution_id bigint NOT NULL,
    lane_id integer NOT NULL,
    attempt smallint NOT NULL,
    linked boolean NOT NULL,
    again boolean NOT NULL,
    ids bigint[] NOT NULL,
    CONSTRAINT held_pkey PRIMARY KEY (execution_id, run_at, id)
);
COMMENT ON TABLE held IS 'As ready, for executions with a parallelism: admitted to ready as places become free.';

CREATE TABLE lease (
    id bigint GENERATED ALWAYS AS IDENTITY,
    claimed_at timestamptz NOT NULL DEFAULT now(),
    until timestamptz NOT NULL,
    worker_id integer NOT NULL,
    lane_id integer NOT NULL,
    attempt smallint NOT NULL,
    linked boolean NOT NULL,
    again boolean NOT NULL,
    executions bigint[] NOT NULL,
    ids bigint[] NOT NULL,
    CONSTRAINT lease_pkey PRIMARY KEY (id)
) WITH (fillfactor = 50);
COMMENT ON TABLE lease IS 'One claim of one worker; id is the fence. Jobs leave ids as they end, the row goes with the last.';

CREATE TABLE blocked (
    id bigint NOT NULL,
    execution_id bigint NOT NULL,
    run_at timestamptz,
    lane_id integer NOT NULL,
    pending integer NOT NULL,
    CONSTRAINT blocked_pkey PRIMARY KEY (id),
    CONSTRAINT blocked_pending CHECK (pending > 0)
) WITH (fillfactor = 50);
COMMENT ON TABLE blocked IS 'A job with open dependencies and their count.';
"""

WAITING_BACK = "DROP TABLE blocked, lease, held, ready;"


class Migration(migrations.Migration):

    dependencies = [
        ('workers', '0001_engine'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(HISTORY, HISTORY_BACK),
                migrations.RunSQL(WAITING, WAITING_BACK),
            ],
            state_operations=[
                migrations.CreateModel(
                    name='Job',
                    fields=[
                        ('id', models.BigIntegerField(primary_key=True, serialize=False)),
                        ('max_attempts', models.SmallIntegerField()),
                        ('backoff_seconds', models.FloatField(help_text='Before the second attempt; doubled for each further one.')),
                        ('timeout_seconds', models.FloatField(null=True)),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ('key', models.TextField()),
                        ('payload', models.JSONField()),
                        ('execution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, to='workers.execution')),
                        ('lane', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, to='workers.lane')),
                    ],
                    options={
                        'db_table': 'job',
                        'ordering': ['-id'],
                    },
                ),
                migrations.CreateModel(
                    name='FinishedJob',
                    fields=[
                        ('job', models.OneToOneField(db_column='id', db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='finished', serialize=False, to='workers.job')),
                        ('worker_id', models.IntegerField(null=True)),
                        ('attempt', models.SmallIntegerField()),
                        ('state', models.TextField(choices=[('completed', 'Completed'), ('failed', 'Failed'), ('cancelled', 'Cancelled')])),
                        ('started_at', models.DateTimeField(null=True)),
                        ('finished_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ('output', models.JSONField(null=True)),
                        ('error', models.TextField(null=True)),
                    ],
                    options={
                        'db_table': 'finished_job',
                    },
                ),
                migrations.CreateModel(
                    name='JobCheckpoint',
                    fields=[
                        ('job', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='saved_checkpoint', serialize=False, to='workers.job')),
                        ('saved_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ('data', models.JSONField()),
                    ],
                    options={
                        'db_table': 'job_checkpoint',
                    },
                ),
                migrations.CreateModel(
                    name='Held',
                    fields=[
                        ('id', models.BigIntegerField(primary_key=True, serialize=False)),
                        ('run_at', models.DateTimeField()),
                        ('attempt', models.SmallIntegerField()),
                        ('linked', models.BooleanField()),
                        ('again', models.BooleanField()),
                        ('ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                        ('execution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, to='workers.execution')),
                        ('lane', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, to='workers.lane')),
                    ],
                    options={
                        'verbose_name_plural': 'held',
                        'db_table': 'held',
                    },
                ),
                migrations.CreateModel(
                    name='JobAttempt',
                    fields=[
                        ('pk', models.CompositePrimaryKey('job_id', 'attempt', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('attempt', models.SmallIntegerField()),
                        ('worker_id', models.IntegerField()),
                        ('started_at', models.DateTimeField()),
                        ('finished_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ('error', models.TextField()),
                        ('job', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='attempts', to='workers.job')),
                    ],
                    options={
                        'db_table': 'job_attempt',
                    },
                ),
                migrations.CreateModel(
                    name='JobDependency',
                    fields=[
                        ('pk', models.CompositePrimaryKey('parent_id', 'child_id', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('on_failure', models.TextField(choices=[('cancel', 'Cancel'), ('fail', 'Fail'), ('ignore', 'Ignore')])),
                        ('child', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='parents', to='workers.job')),
                        ('parent', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='children', to='workers.job')),
                    ],
                    options={
                        'verbose_name_plural': 'job dependencies',
                        'db_table': 'job_dependency',
                    },
                ),
                migrations.CreateModel(
                    name='Lease',
                    fields=[
                        ('id', models.BigIntegerField(primary_key=True, serialize=False)),
                        ('attempt', models.SmallIntegerField()),
                        ('linked', models.BooleanField()),
                        ('again', models.BooleanField()),
                        ('claimed_at', models.DateTimeField()),
                        ('until', models.DateTimeField()),
                        ('executions', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), help_text='The execution of each job, in the order of ids.', size=None)),
                        ('ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                        ('lane', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, to='workers.lane')),
                        ('worker', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, to='workers.worker')),
                    ],
                    options={
                        'db_table': 'lease',
                    },
                ),
                migrations.CreateModel(
                    name='Ready',
                    fields=[
                        ('id', models.BigIntegerField(primary_key=True, serialize=False)),
                        ('run_at', models.DateTimeField()),
                        ('attempt', models.SmallIntegerField()),
                        ('linked', models.BooleanField(help_text='A job among them may have dependents.')),
                        ('again', models.BooleanField(help_text='They were claimed before: there may be a checkpoint or an error.')),
                        ('ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                        ('execution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, to='workers.execution')),
                        ('lane', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, to='workers.lane')),
                    ],
                    options={
                        'verbose_name_plural': 'ready',
                        'db_table': 'ready',
                    },
                ),
                migrations.CreateModel(
                    name='Blocked',
                    fields=[
                        ('job', models.OneToOneField(db_column='id', db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='blocked', serialize=False, to='workers.job')),
                        ('pending', models.IntegerField()),
                        ('run_at', models.DateTimeField(null=True)),
                        ('execution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, to='workers.execution')),
                        ('lane', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, to='workers.lane')),
                    ],
                    options={
                        'verbose_name_plural': 'blocked',
                        'db_table': 'blocked',
                    },
                ),
                migrations.AddIndex(
                    model_name='job',
                    index=models.Index(fields=['execution', 'key'], name='job_execution_key'),
                ),
                migrations.AddIndex(
                    model_name='jobdependency',
                    index=models.Index(fields=['child'], name='job_dependency_child'),
                ),
            ],
        ),
    ]
