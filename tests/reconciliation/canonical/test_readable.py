"""What people read of a value can be stored, whatever the value is."""

import pytest
from psycopg.types.json import Jsonb

from project.postgres import sql
from reconciliation.canonical.decode import readable
from reconciliation.canonical.documents import document
from reconciliation.canonical.notation import parse

pytestmark = pytest.mark.usefixtures("database")

LONG = "-" + "7" * 5_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(r'{"a\u0000b": ["\u0000"]}', {"a\u2400b": ["\u2400"]}, id="NUL"),
        pytest.param(r'["\ud800", "\udfffx"]', ["\ufffd", "\ufffdx"], id="half of a pair"),
        pytest.param(r'["\ud83d\ude00"]', ["\U0001f600"], id="a pair"),
        pytest.param(f'{{"number": {LONG}}}', {"number": LONG}, id="a long integer"),
        pytest.param("[-12, 3]", [-12, 3], id="integers"),
    ],
)
def test_any_document_is_shown_as_one_that_postgresql_stores(text, expected):
    shown = readable(document(text), parse("json"))
    assert shown == expected
    assert sql.value("SELECT %s::jsonb", [Jsonb(shown)]) == expected


def test_nul_in_a_text_is_shown_as_its_symbol():
    assert readable(b"a\x00b", parse("text")) == "a\u2400b"
