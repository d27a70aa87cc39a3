"""Windows in which the tables of a mapping are not read."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reconciliation', '0008_webhook_execution'),
    ]

    operations = [
        migrations.AddField(
            model_name='mapping',
            name='quiet_hours',
            field=models.JSONField(db_default=[], default=list, help_text='Windows in which its tables are not read, as reconciliation.comparing.quiet has them.'),
        ),
    ]
