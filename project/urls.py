"""Every address of the product. Each room's own addresses stand in its `api` module."""

from django.contrib import admin
from django.urls import path

urlpatterns = [
    path("admin/", admin.site.urls),
]
