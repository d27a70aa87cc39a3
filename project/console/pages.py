"""Pages of the console that are no lists or forms of a model."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse

FRAGMENT = "X-Fragment"
LIVE = "X-Live"


def page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> TemplateResponse:
    """A page in the console's frame. A script that asks for a fragment gets the same without the frame.

    A template of a page names the frame with `{% extends frame %}` and fills its block `content`.
    """
    bare = FRAGMENT in request.headers
    frame = "console/bare.html" if bare else "admin/base_site.html"
    shared = {} if bare else admin.site.each_context(request)
    request.current_app = admin.site.name
    return TemplateResponse(request, template, {**shared, **context, "frame": frame, "bare": bare}, status=status)


def fragment(request: HttpRequest, template: str, context: dict[str, Any]) -> TemplateResponse:
    """The moving part of a page; `live` in the context says whether it is worth asking again."""
    headers = {LIVE: "yes" if context.get("live") else "no", "Cache-Control": "no-store"}
    return TemplateResponse(request, template, context, headers=headers)
