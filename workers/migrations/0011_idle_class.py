"""A priority class without a weight: its jobs run while no others wait."""

from django.db import migrations, models

IDLE = "INSERT INTO priority_class (name) VALUES ('idle')"
NO_IDLE = "DELETE FROM priority_class WHERE name = 'idle'"


class Migration(migrations.Migration):

    dependencies = [
        ('workers', '0010_deferral'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='priorityclass',
            options={'ordering': [models.OrderBy(models.F('weight'), descending=True, nulls_last=True)], 'verbose_name_plural': 'priority classes'},
        ),
        migrations.AlterField(
            model_name='priorityclass',
            name='weight',
            field=models.DecimalField(decimal_places=2, help_text='Null: its jobs run while no others wait.', max_digits=3, null=True),
        ),
        migrations.RunSQL(IDLE, NO_IDLE),
    ]
