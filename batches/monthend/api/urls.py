"""`/api/v1/batch/...`: the contract's seven endpoints and what goes beyond it."""

from django.urls import path

from . import reading, views

urlpatterns = [
    path("batch/month-end/initiate", views.InitiateView.as_view(), name="batch-initiate"),
    path("batch", views.BatchListView.as_view(), name="batch-list"),
    path("batch/<str:batch_id>/status", reading.StatusView.as_view(), name="batch-status"),
    path("batch/<str:batch_id>/workers", reading.WorkersView.as_view(), name="batch-workers"),
    path("batch/<str:batch_id>/metrics", reading.MetricsView.as_view(), name="batch-metrics"),
    path("batch/<str:batch_id>/validation", reading.ValidationView.as_view(), name="batch-validation"),
    path("batch/<str:batch_id>/report", reading.ReportView.as_view(), name="batch-report"),
    path("batch/<str:batch_id>/certificate", reading.CertificateView.as_view(), name="batch-certificate"),
    path("batch/<str:batch_id>/proof", reading.ProofView.as_view(), name="batch-proof"),
    path("batch/<str:batch_id>/abort", views.AbortView.as_view(), name="batch-abort"),
    path("batch/<str:batch_id>/resume", views.ResumeView.as_view(), name="batch-resume"),
    path("batch/<str:batch_id>/reverse", views.ReverseView.as_view(), name="batch-reverse"),
    path(
        "batch/<str:batch_id>/workers/<int:worker_id>/restart",
        views.RestartWorkerView.as_view(),
        name="batch-worker-restart",
    ),
]
