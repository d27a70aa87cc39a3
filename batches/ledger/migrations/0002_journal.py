"""The journal, its view by side, and what Django's model of a table can't say."""

import django.db.models.deletion
from django.db import migrations, models

# Wide columns first, so that no byte is lost to alignment: 30 million rows a month. The bound is in the leaf's own CHECK.
JOURNAL_ENTRY = """
CREATE TABLE journal_entry (
    entry_number bigint NOT NULL,
    source_id bigint NOT NULL,
    posting_date date NOT NULL,
    batch_id integer NOT NULL,
    source_type smallint NOT NULL,
    fund_id smallint NOT NULL,
    debit_account_id smallint NOT NULL,
    credit_account_id smallint NOT NULL,
    amount numeric(15, 2) NOT NULL,
    CONSTRAINT journal_entry_pkey PRIMARY KEY (entry_number),
    CONSTRAINT journal_entry_amount CHECK (amount > 0),
    CONSTRAINT journal_entry_two_accounts CHECK (debit_account_id <> credit_account_id)
) PARTITION BY RANGE (entry_number);
COMMENT ON TABLE journal_entry IS
    'One fund''s share of one transaction with both sides; append-only, a few leaves for each committed batch.';
-- Finds a transaction's entries. A leaf builds its own before it is attached.
"""

JOURNAL_LINE = """
CREATE VIEW journal_line AS
SELECT e.entry_number, l.side, l.account_id, l.debit, l.credit, e.fund_id, e.posting_date, e.batch_id,
       e.source_type, e.source_id
FROM journal_entry e
CROSS JOIN LATERAL (
    VALUES ('DEBIT', e.debit_account_id, e.amount, 0::numeric(15, 2)),
           ('CREDIT', e.credit_account_id, 0::numeric(15, 2), e.amount)
) AS l (side, account_id, debit, credit);
COMMENT ON VIEW journal_line IS 'The journal with one row for each side of an entry.';
"""

# Equality in a GiST index needs an extension; a range of one point doesn't.
NO_OVERLAP = """
ALTER TABLE posting_rule ADD CONSTRAINT posting_rule_no_overlap EXCLUDE USING gist (
    numrange(source_id::numeric, source_id::numeric, '[]') WITH &&,
    numrange(fund_id::numeric, fund_id::numeric, '[]') WITH &&,
    numrange(
        hashtextextended(coalesce(product_code, ''), 0)::numeric,
        hashtextextended(coalesce(product_code, ''), 0)::numeric,
        '[]'
    ) WITH &&,
    daterange(valid_from, valid_to, '[]') WITH &&
);
"""


def reference(model: str, db_column: str | None = None) -> models.ForeignKey:
    return models.ForeignKey(
        to=model, on_delete=django.db.models.deletion.DO_NOTHING, db_constraint=False, db_index=False,
        related_name="+", db_column=db_column,
    )


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="JournalEntry",
            fields=[
                ("entry_number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("source_id", models.BigIntegerField(help_text="Key of the source row.")),
                ("posting_date", models.DateField()),
                ("batch_id", models.IntegerField()),
                ("source_type", reference("ledger.transactionsource", "source_type")),
                ("fund", reference("ledger.fund")),
                ("debit_account", reference("ledger.account")),
                ("credit_account", reference("ledger.account")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=15)),
            ],
            options={"db_table": "journal_entry", "managed": False, "verbose_name_plural": "journal entries"},
        ),
        migrations.RunSQL(JOURNAL_ENTRY, "DROP TABLE journal_entry"),
        migrations.RunSQL(JOURNAL_LINE, "DROP VIEW journal_line"),
        migrations.RunSQL(NO_OVERLAP, "ALTER TABLE posting_rule DROP CONSTRAINT posting_rule_no_overlap"),
    ]
