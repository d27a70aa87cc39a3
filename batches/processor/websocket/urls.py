"""Included under /ws/: what a handshake is asked of, and what who comes without one is told."""

from django.urls import path

from batches.processor.websocket.view import UpdatesView

urlpatterns = [path("batch-processor", UpdatesView.as_view())]
