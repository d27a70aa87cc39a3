"""The sidebar: every list a person may open, in the order of the work."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

Entry = tuple[str, str, str]  # title, icon, app.model

GROUPS: list[tuple[str, list[Entry]]] = [
    (
        "Month-end",
        [
            ("Batches", "inventory", "monthend.monthendbatch"),
            ("Periods", "calendar_month", "ledger.accountingperiod"),
            ("Prerequisites", "checklist", "ledger.prerequisite"),
            ("Imports", "upload_file", "ledger.transactionimport"),
        ],
    ),
    (
        "Ledger",
        [
            ("Journal", "menu_book", "ledger.journalentry"),
            ("Balances", "balance", "ledger.periodbalance"),
            ("Posting rules", "rule", "ledger.postingrule"),
            ("Accounts", "account_tree", "ledger.account"),
            ("Funds", "savings", "ledger.fund"),
            ("Sources", "input", "ledger.transactionsource"),
            ("Claim types", "category", "ledger.claimtype"),
            ("Prerequisite kinds", "playlist_add_check", "ledger.prerequisitekind"),
            ("Period exceptions", "lock_open", "ledger.periodexception"),
        ],
    ),
    (
        "Reconciliation",
        [
            ("Mismatches", "difference", "reconciliation.mismatch"),
            ("Jobs", "compare_arrows", "reconciliation.reconciliationjob"),
            ("Repairs", "build", "reconciliation.repair"),
            ("Mappings", "table_view", "reconciliation.mapping"),
            ("Ignore rules", "filter_alt_off", "reconciliation.ignorerule"),
            ("Connections", "lan", "reconciliation.connection"),
            ("Webhooks", "webhook", "reconciliation.webhooksubscription"),
        ],
    ),
    (
        "Transform",
        [
            ("Batches", "transform", "transform.transformbatch"),
            ("Pipelines", "conversion_path", "transform.pipeline"),
        ],
    ),
    (
        "Inference",
        [
            ("Processor", "speed", "processor.processorsetting"),
            ("Batches", "batch_prediction", "processor.inferencebatch"),
            ("Models", "model_training", "processor.inferencemodel"),
        ],
    ),
    (
        "Engine",
        [
            ("Executions", "account_tree", "workers.execution"),
            ("Queues", "stacks", "workers.queue"),
            ("Workers", "memory", "workers.worker"),
            ("Schedules", "schedule", "workers.schedule"),
        ],
    ),
    (
        "Access",
        [
            ("Audit trail", "history", "access.auditentry"),
            ("API keys", "key", "access.apikey"),
            ("People", "group", "auth.user"),
        ],
    ),
]


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups of the sidebar with what this person may open."""
    dashboard = {"title": "Dashboard", "icon": "dashboard", "link": reverse("admin:index")}
    groups = [{"title": title, "items": _items(request, entries)} for title, entries in GROUPS]
    return [{"items": [dashboard]}, *[group for group in groups if group["items"]]]


def _items(request: HttpRequest, entries: list[Entry]) -> list[dict[str, Any]]:
    pages = {model._meta.label_lower: page for model, page in admin.site._registry.items()}
    return [
        {"title": title, "icon": icon, "link": reverse(f"admin:{label.replace('.', '_')}_changelist")}
        for title, icon, label in entries
        if label in pages and pages[label].has_view_permission(request)
    ]


def changelist(label: str, **filters: Any) -> str:
    """The address of a list, such as that of `ledger.prerequisite`, filtered; empty when there is no such list."""
    model = apps.get_model(label)
    if not admin.site.is_registered(model):
        return ""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    chosen = {f"{name}__id__exact": value for name, value in filters.items()}
    return f"{address}?{urlencode(chosen)}" if chosen else address
