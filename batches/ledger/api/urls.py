"""`/api/v1/journal-entries`, `/api/v1/periods` and `/api/v1/imports`."""

from django.urls import path

from batches.ledger.api import balances, exceptions, imports, journal, periods, prerequisites

urlpatterns = [
    path("journal-entries", journal.JournalEntriesView.as_view(), name="journal-entries"),
    path("journal-entries/export", journal.JournalExportView.as_view(), name="journal-export"),
    path("periods", periods.PeriodsView.as_view(), name="periods"),
    path("periods/<str:code>", periods.PeriodView.as_view(), name="period"),
    path("periods/<str:code>/open", periods.OpenView.as_view(), name="period-open"),
    path("periods/<str:code>/close", periods.CloseView.as_view(), name="period-close"),
    path("periods/<str:code>/lock", periods.LockView.as_view(), name="period-lock"),
    path("periods/<str:code>/reopen", periods.ReopenView.as_view(), name="period-reopen"),
    path("periods/<str:code>/exceptions", exceptions.ExceptionsView.as_view(), name="period-exceptions"),
    path("periods/<str:code>/exceptions/<int:pk>", exceptions.ExceptionView.as_view(), name="period-exception"),
    path("periods/<str:code>/prerequisites", prerequisites.PrerequisitesView.as_view(), name="prerequisites"),
    path("periods/<str:code>/trial-balance", balances.TrialBalanceView.as_view(), name="trial-balance"),
    path("periods/<str:code>/trial-balance.csv", balances.TrialBalanceCsvView.as_view(), name="trial-balance-csv"),
    path("imports", imports.ImportsView.as_view(), name="imports"),
    path("imports/<int:pk>", imports.ImportView.as_view(), name="import"),
    path("imports/<int:pk>/rejects", imports.RejectsView.as_view(), name="import-rejects"),
]
