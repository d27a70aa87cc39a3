"""Queues come from the outside: 32,767 of them, made and dropped, are soon used up."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workers', '0007_internal_lanes'),
    ]

    operations = [
        migrations.AlterField(model_name='queue', name='id', field=models.AutoField(primary_key=True, serialize=False)),
    ]
