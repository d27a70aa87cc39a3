"""What the console's templates write figures, states and pictures with."""

import json
from datetime import datetime
from typing import Any

from django import template
from django.contrib import admin
from django.template import RequestContext
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from project.console import charts, drawing, figures, states

register = template.Library()

register.filter("count", figures.count)
register.filter("money", figures.money)
register.filter("span", figures.span)
register.filter("ago", figures.ago)
register.filter("state", states.badge)
register.filter("tone", states.tone)
register.filter("sparkline", drawing.sparkline)
register.filter("bars", charts.bars)
register.simple_tag(charts.load, name="load_bar")
register.simple_tag(figures.currency, name="currency")


@register.filter
def exact(value: Any) -> SafeString | str:
    """A moment in full, in UTC."""
    at = figures.moment(value)
    return figures.NOTHING if at is None else figures.stamped(at, f"{at:%Y-%m-%d %H:%M:%S} UTC")


@register.filter
def clock(value: Any) -> SafeString | str:
    """A moment's time of day, with the whole of it on hover."""
    at = figures.moment(value)
    return figures.NOTHING if at is None else figures.stamped(at, f"{at:%H:%M:%S}")


@register.filter
def to(began: datetime | None, ended: datetime | None) -> float | None:
    """Seconds from one moment to another; None when one of them is missing."""
    return (ended - began).total_seconds() if began and ended else None


@register.filter
def words(value: Any) -> str:
    """A name of code as words: PARALLEL_PROCESSING is parallel processing."""
    return str(value).replace("_", " ").lower()


@register.filter
def document(value: Any) -> str:
    """A JSON document, indented."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


@register.simple_tag(takes_context=True)
def framed(context: RequestContext, template_name: str, **values: Any) -> str:
    """A template in the frame of the console, for pages that come from outside it, such as a 404."""
    request = context.request
    # as a popup has no sidebar, which shows who is signed in and fails without anybody
    frame = {**admin.site.each_context(request), "is_popup": not request.user.is_authenticated}
    return render_to_string(template_name, {**frame, **values}, request)
