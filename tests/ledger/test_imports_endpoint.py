"""`/api/v1/imports`"""

import pytest

from batches.ledger.imports import import_file
from batches.ledger.models import TransactionSource
from project.access.roles import ALL_READERS, Role
from tests.ledger.files import premium, text

PATH = "/api/v1/imports"


@pytest.fixture
def record(tmp_path):
    path = tmp_path / "january.csv"
    path.write_bytes(text([premium(1), *[premium(number, txn_date="?") for number in range(2, 7)]]))
    return import_file(source=TransactionSource.objects.get(code="PREMIUM"), file_name=str(path))


def test_an_import_shows_its_counts(client_for, record):
    client = client_for(Role.FINANCE_VIEWER)
    shown = client.get(f"{PATH}/{record.pk}").json()
    assert (shown["source"], shown["status"], shown["rows_read"], shown["rows_imported"], shown["rows_rejected"]) == (
        "PREMIUM", "COMPLETED", 6, 1, 5
    )  # fmt: skip
    assert client.get(PATH).json()["results"] == [shown]
    assert client.get(f"{PATH}?source=CLAIM").json()["results"] == []
    assert client.get(f"{PATH}?status=COMPLETED&source=PREMIUM").json()["results"] == [shown]


def test_its_rejects_come_in_pages(client_for, record):
    client = client_for(Role.AUDITOR)
    first = client.get(f"{PATH}/{record.pk}/rejects?limit=3").json()
    assert [row["line_number"] for row in first["results"]] == [3, 4, 5]
    assert first["results"][0]["column"] == "txn_date"
    assert first["results"][0]["line"].startswith("T00002,P1,?,")
    rest = client.get(f"{PATH}/{record.pk}/rejects?limit=3&cursor={first['next']}").json()
    assert ([row["line_number"] for row in rest["results"]], rest["next"]) == ([6, 7], None)


def test_wrong_filters_and_unknown_imports(client_for):
    client = client_for(Role.AUDITOR)
    assert list(client.get(f"{PATH}?state=x").json()["details"]["fields"]) == ["state"]
    assert list(client.get(f"{PATH}?status=x").json()["details"]["fields"]) == ["status"]
    assert client.get(f"{PATH}/1").status_code == client.get(f"{PATH}/1/rejects").status_code == 404
    assert client.get(f"{PATH}/99999999999999999999").status_code == 404
    assert client.post(PATH, {}).status_code == 405


@pytest.mark.parametrize("role", list(Role))
def test_readers_and_integrators_only(client_for, role):
    expected = 200 if role in ALL_READERS | {Role.INTEGRATOR} else 403
    assert client_for(role).get(PATH).status_code == expected
    assert client_for(None).get(PATH).status_code == 401
