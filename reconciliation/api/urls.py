"""`/api/v1/reconciliation/...`: the contract's five endpoints and the webhooks."""

from django.urls import path

from . import jobs, mismatches, trigger

urlpatterns = [
    path("reconciliation/trigger", trigger.TriggerView.as_view(), name="reconciliation-trigger"),
    path("reconciliation/jobs", jobs.JobsView.as_view(), name="reconciliation-jobs"),
    path("reconciliation/jobs/<str:job_id>", jobs.JobView.as_view(), name="reconciliation-job"),
    path("reconciliation/mismatches", mismatches.MismatchesView.as_view(), name="reconciliation-mismatches"),
    path(
        "reconciliation/mismatches/<str:mismatch_id>/resolve",
        mismatches.ResolveView.as_view(),
        name="reconciliation-resolve",
    ),
]
