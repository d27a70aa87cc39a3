"""`/api/v1/reconciliation/...`: the contract's five endpoints and the webhooks."""

from django.urls import path

from . import jobs, mismatches, repair, trigger, webhooks

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
    path(
        "reconciliation/mismatches/<str:mismatch_id>/repair",
        repair.RepairView.as_view(),
        name="reconciliation-repair",
    ),
    path("reconciliation/webhooks", webhooks.WebhooksView.as_view(), name="reconciliation-webhooks"),
    path("reconciliation/webhooks/<int:webhook_id>", webhooks.WebhookView.as_view(), name="reconciliation-webhook"),
    path("reconciliation/webhooks/<int:webhook_id>/test", webhooks.TestView.as_view(), name="reconciliation-test"),
    path(
        "reconciliation/webhooks/<int:webhook_id>/deliveries",
        webhooks.DeliveriesView.as_view(),
        name="reconciliation-deliveries",
    ),
]
