"""Every address of the product. Each room's own addresses stand in its `api` module."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("project.access.api.urls")),
    path("api/v1/", include("batches.ledger.api.urls")),
    path("api/v1/", include("batches.monthend.api.urls")),
    path("api/v1/", include("batches.transform.api.urls")),
    path("api/v1/", include("reconciliation.api.urls")),
    path("api/batch-processor/", include("batches.processor.api.urls")),
    path("api/distributed/", include("workers.api.urls")),
    path("ws/", include("batches.processor.websocket.urls")),
    path("", include("project.api.urls")),  # last: it answers for every other address under /api
]

handler400 = "project.api.pages.bad_request"
handler403 = "project.api.pages.forbidden"
handler404 = "project.api.pages.not_found"
handler500 = "project.api.pages.server_error"
