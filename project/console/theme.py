"""How the console looks: the settings of django-unfold, which only this package knows of."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static


def _style(_: HttpRequest) -> str:
    return static("console/console.css")


def _script(_: HttpRequest) -> str:
    return static("console/console.js")


def _icon(_: HttpRequest) -> str:
    return static("console/icon.svg")


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Tutup",
    "SITE_HEADER": "Tutup",
    "SITE_SUBHEADER": "Month-end close",
    "SITE_URL": None,
    "SITE_SYMBOL": "book_2",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _icon}],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "BORDER_RADIUS": "6px",
    "STYLES": [_style],
    "SCRIPTS": [_script],
    "COLORS": {
        "base": {
            "50": "oklch(98.4% .003 200)",
            "100": "oklch(96.6% .005 200)",
            "200": "oklch(92.4% .008 205)",
            "300": "oklch(86.5% .012 205)",
            "400": "oklch(70.4% .022 210)",
            "500": "oklch(52.5% .026 210)",
            "600": "oklch(44.0% .026 212)",
            "700": "oklch(36.8% .025 214)",
            "800": "oklch(27.5% .022 216)",
            "900": "oklch(20.5% .019 218)",
            "950": "oklch(15.0% .016 220)",
        },
        "primary": {
            "50": "oklch(97.6% .018 180)",
            "100": "oklch(94.6% .036 181)",
            "200": "oklch(89.8% .064 182)",
            "300": "oklch(84.0% .092 183)",
            "400": "oklch(76.4% .112 184)",
            "500": "oklch(69.0% .112 186)",
            "600": "oklch(50.5% .092 190)",
            "700": "oklch(44.6% .080 191)",
            "800": "oklch(38.4% .068 192)",
            "900": "oklch(33.0% .056 193)",
            "950": "oklch(24.0% .044 194)",
        },
    },
    "SIDEBAR": {"show_search": False, "navigation": "project.console.navigation.sidebar"},
}
