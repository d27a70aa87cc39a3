"""What a browser without scripts would send of a page."""

from html.parser import HTMLParser


class _Fields(HTMLParser):
    """The fields of the form that has a field of this name."""

    def __init__(self, having: str) -> None:
        super().__init__()
        self.having = having
        self.found: dict[str, str] = {}
        self._fields: dict[str, str] = {}
        self._select = self._area = ""

    def handle_starttag(self, tag, attrs) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self._fields = {}
        elif tag == "input" and name:
            if given.get("type") != "checkbox":
                self._fields[name] = given.get("value", "")
            elif "checked" in given:
                self._fields[name] = given.get("value", "on")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in given or self._select not in self._fields):
            self._fields[self._select] = given.get("value", "")
        elif tag == "textarea":
            self._area = name
            self._fields[name] = ""

    def handle_data(self, data) -> None:
        if self._area:
            self._fields[self._area] += data

    def handle_endtag(self, tag) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""
        elif tag == "form" and self.having in self._fields:
            self.found = self._fields


def fields(page: str, having: str) -> dict[str, str]:
    """The fields of the page's form that has a field of this name, as they stand there."""
    parser = _Fields(having)
    parser.feed(page)
    return parser.found
