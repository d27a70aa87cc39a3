"""`manage.py load_sample_chart`"""

from typing import Any

from batches.ledger import sample
from batches.ledger.models import Account, PostingRule
from project.commands import ProductCommand


class Command(ProductCommand):
    help = "Add the sample chart of accounts and its posting rules; what is there stays as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        sample.load()
        self.stdout.write(f"{Account.objects.count()} accounts, {PostingRule.objects.count()} posting rules")
