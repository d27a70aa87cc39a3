"""Probes, metrics, the API's document and, last, the answer for every address under /api that nobody serves."""

from django.urls import path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from project.api.health import HealthView, ReadyView
from project.api.pages import unknown_path
from project.metrics.views import MetricsView, VersionedMetricsView

urlpatterns = [
    path("health", HealthView.as_view()),
    path("ready", ReadyView.as_view()),
    path("metrics", MetricsView.as_view()),
    path("api/v1/metrics", VersionedMetricsView.as_view()),
    re_path(r"^api/schema/?$", SpectacularAPIView.as_view(), name="schema"),
    re_path(r"^api/docs/?$", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    re_path(r"^api(?:/.*)?$", unknown_path),
]
