import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ClaimType',
            fields=[
                ('code', models.TextField(db_collation='C', primary_key=True, serialize=False)),
                ('name', models.TextField()),
                ('active', models.BooleanField(default=True)),
            ],
            options={
                'db_table': 'claim_type',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='PrerequisiteKind',
            fields=[
                ('code', models.TextField(db_collation='C', primary_key=True, serialize=False)),
                ('name', models.TextField()),
                ('required', models.BooleanField(default=True, help_text="A month closes without those that aren't required.")),
            ],
            options={
                'db_table': 'prerequisite_kind',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.SmallAutoField(primary_key=True, serialize=False)),
                ('code', models.TextField(db_collation='C')),
                ('name', models.TextField()),
                ('kind', models.TextField(choices=[('ASSET', 'Asset'), ('LIABILITY', 'Liability'), ('FUND', 'Fund'), ('INCOME', 'Income'), ('EXPENSE', 'Expense')])),
                ('active', models.BooleanField(default=True)),
            ],
            options={
                'db_table': 'account',
                'ordering': ['code'],
                'constraints': [models.UniqueConstraint(fields=('code',), name='account_code_key'), models.CheckConstraint(condition=models.Q(('kind__in', ['ASSET', 'LIABILITY', 'FUND', 'INCOME', 'EXPENSE'])), name='account_kind_known')],
            },
        ),
        migrations.CreateModel(
            name='AccountingPeriod',
            fields=[
                ('id', models.AutoField(primary_key=True, serialize=False)),
                ('code', models.TextField(db_collation='C')),
                ('start_date', models.DateField()),
                ('end_date', models.DateField()),
                ('status', models.TextField(choices=[('FUTURE', 'Future'), ('OPEN', 'Open'), ('CLOSING', 'Closing'), ('CLOSED', 'Closed'), ('LOCKED', 'Locked')], default='OPEN')),
                ('status_changed_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'accounting_period',
                'ordering': ['-start_date'],
                'constraints': [models.UniqueConstraint(fields=('code',), name='accounting_period_code_key'), models.UniqueConstraint(fields=('start_date',), name='accounting_period_start_date_key'), models.CheckConstraint(condition=models.Q(('status__in', ['FUTURE', 'OPEN', 'CLOSING', 'CLOSED', 'LOCKED'])), name='accounting_period_status_known'), models.CheckConstraint(condition=models.Q(('end_date__gte', models.F('start_date'))), name='accounting_period_dates')],
            },
        ),
        migrations.CreateModel(
            name='AccountingPeriodMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_status', models.TextField(choices=[('FUTURE', 'Future'), ('OPEN', 'Open'), ('CLOSING', 'Closing'), ('CLOSED', 'Closed'), ('LOCKED', 'Locked')])),
                ('to_status', models.TextField(choices=[('FUTURE', 'Future'), ('OPEN', 'Open'), ('CLOSING', 'Closing'), ('CLOSED', 'Closed'), ('LOCKED', 'Locked')])),
            ],
            options={
                'db_table': 'accounting_period_move',
                'constraints': [models.UniqueConstraint(fields=('from_status', 'to_status'), name='accounting_period_move_key')],
            },
        ),
        migrations.CreateModel(
            name='ClaimTransaction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('claim_id', models.TextField(db_collation='C')),
                ('policy_id', models.TextField(db_collation='C')),
                ('claim_date', models.DateField()),
                ('claim_type', models.TextField(db_collation='C')),
                ('claim_amount', models.DecimalField(decimal_places=2, max_digits=15)),
                ('fund_tabarru', models.DecimalField(decimal_places=2, max_digits=15)),
                ('fund_tanahud', models.DecimalField(decimal_places=2, max_digits=15)),
                ('fund_ujroh', models.DecimalField(decimal_places=2, max_digits=15)),
                ('fund_qard_hasan', models.DecimalField(decimal_places=2, max_digits=15)),
                ('product_code', models.TextField(db_collation='C')),
                ('status', models.TextField(db_collation='C')),
            ],
            options={
                'db_table': 'claim_transaction',
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['claim_date'], name='claim_transaction_claim_date', pages_per_range=32)],
                'constraints': [models.UniqueConstraint(fields=('claim_id',), name='claim_transaction_claim_id_key'), models.CheckConstraint(condition=models.Q(models.Q(('claim_amount__gte', 0)), models.Q(('fund_tabarru__gte', 0)), models.Q(('fund_tanahud__gte', 0)), models.Q(('fund_ujroh__gte', 0)), models.Q(('fund_qard_hasan__gte', 0))), name='claim_transaction_not_negative'), models.CheckConstraint(condition=models.Q(('claim_amount', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('fund_tabarru'), '+', models.F('fund_tanahud')), '+', models.F('fund_ujroh')), '+', models.F('fund_qard_hasan')))), name='claim_transaction_funds_add_up')],
            },
        ),
        migrations.CreateModel(
            name='EntryNumberCounter',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('next_number', models.BigIntegerField(default=1)),
            ],
            options={
                'db_table': 'entry_number_counter',
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='entry_number_counter_one_row'), models.CheckConstraint(condition=models.Q(('next_number__gte', 1)), name='entry_number_counter_from_one')],
            },
        ),
        migrations.CreateModel(
            name='Fund',
            fields=[
                ('id', models.SmallAutoField(primary_key=True, serialize=False)),
                ('code', models.TextField(db_collation='C')),
                ('name', models.TextField()),
                ('position', models.SmallIntegerField(default=0, help_text='Order in reports, smallest first.')),
                ('active', models.BooleanField(default=True)),
            ],
            options={
                'db_table': 'fund',
                'ordering': ['position', 'code'],
                'constraints': [models.UniqueConstraint(fields=('code',), name='fund_code_key')],
            },
        ),
        migrations.CreateModel(
            name='PremiumTransaction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('txn_id', models.TextField(db_collation='C')),
                ('policy_id', models.TextField(db_collation='C')),
                ('txn_date', models.DateField()),
                ('payment_date', models.DateField(blank=True, null=True)),
                ('premium_amount', models.DecimalField(decimal_places=2, max_digits=15)),
                ('fund_tabarru', models.DecimalField(decimal_places=2, max_digits=15)),
                ('fund_tanahud', models.DecimalField(decimal_places=2, max_digits=15)),
                ('fund_ujroh', models.DecimalField(decimal_places=2, max_digits=15)),
                ('product_code', models.TextField(db_collation='C')),
                ('plan_code', models.TextField(db_collation='C')),
                ('payment_method', models.TextField(db_collation='C')),
                ('status', models.TextField(db_collation='C')),
            ],
            options={
                'db_table': 'premium_transaction',
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['txn_date'], name='premium_transaction_txn_date', pages_per_range=32)],
                'constraints': [models.UniqueConstraint(fields=('txn_id',), name='premium_transaction_txn_id_key'), models.CheckConstraint(condition=models.Q(models.Q(('premium_amount__gte', 0)), models.Q(('fund_tabarru__gte', 0)), models.Q(('fund_tanahud__gte', 0)), models.Q(('fund_ujroh__gte', 0))), name='premium_transaction_not_negative'), models.CheckConstraint(condition=models.Q(('premium_amount', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('fund_tabarru'), '+', models.F('fund_tanahud')), '+', models.F('fund_ujroh')))), name='premium_transaction_funds_add_up')],
            },
        ),
        migrations.CreateModel(
            name='TransactionSource',
            fields=[
                ('id', models.SmallAutoField(primary_key=True, serialize=False)),
                ('code', models.TextField(db_collation='C')),
                ('name', models.TextField()),
                ('batch_type', models.TextField(choices=[('PREMIUM', 'Premium'), ('CLAIMS', 'Claims')])),
                ('relation', models.TextField(help_text='Table, partitioned table, view or foreign table.')),
                ('key_column', models.TextField(default='id', help_text='Unique bigint column.')),
                ('reference_column', models.TextField(help_text="Upstream's own id, shown to people.")),
                ('date_column', models.TextField()),
                ('amount_column', models.TextField()),
                ('status_column', models.TextField()),
                ('product_column', models.TextField(blank=True, null=True)),
                ('fund_columns', models.JSONField(help_text='Ordered pairs of fund and column: [["TABARRU", "fund_tabarru"], ...].')),
                ('postable_statuses', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('active', models.BooleanField(default=True)),
            ],
            options={
                'db_table': 'transaction_source',
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('code',), name='transaction_source_code_key'), models.CheckConstraint(condition=models.Q(('batch_type__in', ['PREMIUM', 'CLAIMS'])), name='transaction_source_batch_type')],
            },
        ),
        migrations.CreateModel(
            name='TransactionImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file_name', models.TextField()),
                ('status', models.TextField(choices=[('RUNNING', 'Running'), ('COMPLETED', 'Completed'), ('FAILED', 'Failed')], default='RUNNING')),
                ('rows_read', models.BigIntegerField(default=0)),
                ('rows_imported', models.BigIntegerField(default=0)),
                ('rows_skipped', models.BigIntegerField(default=0)),
                ('rows_rejected', models.BigIntegerField(default=0)),
                ('error', models.TextField(blank=True, default='')),
                ('started_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('started_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='imports', to='ledger.transactionsource')),
            ],
            options={
                'db_table': 'transaction_import',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='PostingRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('product_code', models.TextField(blank=True, db_collation='C', help_text='Leave empty for every product without a rule of its own.', null=True)),
                ('description', models.TextField(blank=True, default='')),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(blank=True, help_text='Last day the rule holds; empty while it has no end.', null=True)),
                ('credit_account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account')),
                ('debit_account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account')),
                ('fund', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rules', to='ledger.fund')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rules', to='ledger.transactionsource')),
            ],
            options={
                'db_table': 'posting_rule',
                'ordering': ['source', 'fund__position', 'product_code', 'valid_from'],
            },
        ),
        migrations.CreateModel(
            name='FundTotal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entries', models.BigIntegerField(default=0)),
                ('amount', models.DecimalField(decimal_places=2, default=0, max_digits=20)),
                ('fund', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.fund')),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='fund_totals', to='ledger.accountingperiod')),
                ('source_type', models.ForeignKey(db_column='source_type', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.transactionsource')),
            ],
            options={
                'db_table': 'fund_total',
            },
        ),
        migrations.CreateModel(
            name='PeriodBalance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('debit', models.DecimalField(decimal_places=2, default=0, max_digits=20)),
                ('credit', models.DecimalField(decimal_places=2, default=0, max_digits=20)),
                ('entries', models.BigIntegerField(default=0)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account')),
                ('fund', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.fund')),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='balances', to='ledger.accountingperiod')),
            ],
            options={
                'db_table': 'period_balance',
                'constraints': [models.UniqueConstraint(fields=('period', 'account', 'fund'), name='period_balance_key')],
            },
        ),
        migrations.CreateModel(
            name='PeriodException',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField()),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exceptions', to='ledger.accountingperiod')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'period_exception',
                'ordering': ['-starts_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='period_exception_times'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='period_exception_has_reason')],
            },
        ),
        migrations.CreateModel(
            name='Prerequisite',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.TextField(db_collation='C')),
                ('status', models.TextField(choices=[('PENDING', 'Pending'), ('COMPLETED', 'Completed')], default='PENDING')),
                ('completed_at', models.DateTimeField(blank=True, null=True)),
                ('note', models.TextField(blank=True, default='')),
                ('completed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='prerequisites', to='ledger.accountingperiod')),
            ],
            options={
                'db_table': 'prerequisite',
                'ordering': ['period', 'code'],
                'constraints': [models.UniqueConstraint(fields=('period', 'code'), name='prerequisite_period_code_key'), models.CheckConstraint(condition=models.Q(models.Q(('completed_at__isnull', True), ('status', 'PENDING')), models.Q(('completed_at__isnull', False), ('status', 'COMPLETED')), _connector='OR'), name='prerequisite_completed_at')],
            },
        ),
        migrations.CreateModel(
            name='ImportReject',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line_number', models.BigIntegerField()),
                ('column_name', models.TextField()),
                ('reason', models.TextField()),
                ('line', models.TextField()),
                ('import_of', models.ForeignKey(db_column='import_id', db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rejects', to='ledger.transactionimport')),
            ],
            options={
                'db_table': 'import_reject',
                'ordering': ['import_of', 'line_number'],
                'constraints': [models.UniqueConstraint(fields=('import_of', 'line_number'), name='import_reject_line_key')],
            },
        ),
        migrations.AddConstraint(
            model_name='transactionimport',
            constraint=models.CheckConstraint(condition=models.Q(('rows_read', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('rows_imported'), '+', models.F('rows_skipped')), '+', models.F('rows_rejected')))), name='transaction_import_adds_up'),
        ),
        migrations.AddConstraint(
            model_name='transactionimport',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['RUNNING', 'COMPLETED', 'FAILED'])), name='transaction_import_status_known'),
        ),
        migrations.AddConstraint(
            model_name='postingrule',
            constraint=models.CheckConstraint(condition=models.Q(('debit_account', models.F('credit_account')), _negated=True), name='posting_rule_two_accounts', violation_error_message='Debit and credit must be two different accounts.'),
        ),
        migrations.AddConstraint(
            model_name='postingrule',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='posting_rule_valid_dates', violation_error_message='The last valid day is before the first.'),
        ),
        migrations.AddConstraint(
            model_name='postingrule',
            constraint=models.CheckConstraint(condition=models.Q(('product_code', ''), _negated=True), name='posting_rule_product_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='fundtotal',
            constraint=models.UniqueConstraint(fields=('period', 'source_type', 'fund'), name='fund_total_key'),
        ),
    ]
