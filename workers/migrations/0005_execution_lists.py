"""Executions of a workflow, and those that went wrong, are found without reading the others."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workers', '0004_job_added_by'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='execution',
            index=models.Index(fields=['workflow', 'id'], name='execution_workflow'),
        ),
        migrations.AddIndex(
            model_name='execution',
            index=models.Index(condition=models.Q(('failed__gt', 0), ('cancelled__gt', 0), _connector='OR'), fields=['id'], name='execution_unsuccessful'),
        ),
    ]
