"""Jobs say which running job added them: a re-run of that one adds them again."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workers', '0003_execution_api'),
    ]

    operations = [
        migrations.AddField(
            model_name='job',
            name='added_by',
            field=models.BigIntegerField(help_text='The running job that added it, and would again.', null=True),
        ),
    ]
