"""`/api/v1/transform/...`: the contract's three endpoints, and what a batch gave."""

from django.urls import path

from . import batches, submit

urlpatterns = [
    path("transform/batch", submit.BatchesView.as_view(), name="transform-batches"),
    path("transform/batch/<str:batch_id>", batches.BatchView.as_view(), name="transform-batch"),
    path("transform/batch/<str:batch_id>/results", batches.ResultsView.as_view(), name="transform-results"),
    path("transform/batch/<str:batch_id>/errors", batches.ErrorsView.as_view(), name="transform-errors"),
    path("transform/batch/<str:batch_id>/cancel", batches.CancelView.as_view(), name="transform-cancel"),
]
