"""Included under /api/v1/."""

from django.urls import path

from project.access.api.audit import AuditExportView, AuditView
from project.access.api.keys import ApiKeysView, ApiKeyView

urlpatterns = [
    path("auth/api-keys", ApiKeysView.as_view()),
    path("auth/api-keys/<str:prefix>", ApiKeyView.as_view()),
    path("audit", AuditView.as_view()),
    path("audit/export", AuditExportView.as_view()),
]
