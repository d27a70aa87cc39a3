"""The console's site: who may enter, and what its first page shows."""

from django.http import HttpRequest
from unfold.sites import UnfoldAdminSite

from project.console.people import held_roles


class ConsoleSite(UnfoldAdminSite):
    """Open to staff who have a role; what they see there is up to each page."""

    index_title = "Dashboard"
    site_title = site_header = "Tutup"

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(held_roles(request))
