"""`/api/batch-processor/...`: the contract's endpoints, and the registry of models."""

from django.urls import path

from . import batches, configuring, figures, models, results, submit, tickets

urlpatterns = [
    path("submit", submit.SubmitView.as_view(), name="processor-submit"),
    path("status/<str:batch_id>", batches.StatusView.as_view(), name="processor-status"),
    path("results/<str:batch_id>", results.ResultsView.as_view(), name="processor-results"),
    path("batches", batches.BatchesView.as_view(), name="processor-batches"),
    path("cancel/<str:batch_id>", batches.CancelView.as_view(), name="processor-cancel"),
    path("configure", configuring.ConfigureView.as_view(), name="processor-configure"),
    path("metrics", figures.MetricsView.as_view(), name="processor-metrics"),
    path("tickets", tickets.TicketsView.as_view(), name="processor-tickets"),
    path("analytics", figures.AnalyticsView.as_view(), name="processor-analytics"),
    path("models", models.ModelsView.as_view(), name="processor-models"),
    path("models/<str:name>", models.ModelView.as_view(), name="processor-model"),
    path("models/<str:name>/versions", models.VersionsView.as_view(), name="processor-versions"),
    path("models/<str:name>/default", models.DefaultView.as_view(), name="processor-default"),
]
