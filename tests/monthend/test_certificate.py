"""GET .../certificate and .../proof: what proves a batch, and proving it again."""

import hashlib
import json

import psycopg
import pytest

from batches.monthend.models import MonthEndCertificate
from tests.monthend import months
from tests.monthend.closing import initiate

URL = "/api/v1/batch/2025-01-MONTHEND/certificate"
PROOF = "/api/v1/batch/2025-01-MONTHEND/proof"


def test_it_states_what_was_read_and_posted(january, admin, close):
    totals = months.expected()
    close()
    body = admin.get(URL).json()
    facts = body["body"]
    assert (body["number"], body["version"], body["previous_digest"]) == (1, 1, None)
    assert (facts["batch_id"], facts["period"], facts["entries"]) == ("2025-01-MONTHEND", "2025-01", totals.entries)
    assert facts["amount"] == str(totals.amount)
    assert (facts["first_entry"], facts["last_entry"]) == (1, totals.entries)
    assert [source["source"] for source in facts["inputs"]] == ["PREMIUM", "CLAIM"]
    assert [part["range"] for part in facts["ranges"]] == [1, 2, 3, 4]
    assert sum(total["entries"] for part in facts["ranges"] for total in part["totals"]) == totals.entries


def test_its_digest_is_the_sha256_of_its_text(january, admin, close):
    close()
    stored = MonthEndCertificate.objects.get()
    body = admin.get(URL).json()
    assert body["digest"] == hashlib.sha256(stored.body.encode()).hexdigest()
    assert body["body"] == json.loads(stored.body)


def test_each_certificate_is_chained_to_the_one_before(january, admin, close):
    close()
    months.make_period(months.FEBRUARY)
    close(months.FEBRUARY)
    first = admin.get(URL).json()
    second = admin.get(URL.replace("2025-01", "2025-02")).json()
    assert (second["number"], second["previous_digest"]) == (2, first["digest"])
    assert second["body"]["previous"] == first["digest"]


def test_a_batch_that_has_not_committed_has_none(january, admin):
    initiate()
    for url in (URL, PROOF):
        answer = admin.get(url)
        assert answer.status_code == 404
        assert "PREPARING" in answer.json()["message"]


def test_the_proof_of_an_untouched_batch_finds_nothing(january, admin, close):
    close()
    assert admin.get(PROOF).json() == {"batch_id": "2025-01-MONTHEND", "proved": True, "problems": []}


def test_the_proof_names_the_entry_that_was_changed(january, admin, close, tamper):
    close()
    tamper("UPDATE journal_entry SET amount = amount + 1 WHERE entry_number = 7")
    body = admin.get(PROOF).json()
    assert body["proved"] is False
    assert {problem["rule"] for problem in body["problems"]} == {"range_digest", "source_mismatch"}
    assert [problem["entry_number"] for problem in body["problems"] if problem["entry_number"]] == [7]


def test_nobody_edits_a_certificate(january, admin, close, other):
    close()
    for statement in (
        "UPDATE month_end_certificate SET body = '{}'",
        "DELETE FROM month_end_certificate",
        "TRUNCATE month_end_certificate",
    ):
        with pytest.raises(psycopg.Error) as refused:
            other.execute(statement)
        assert refused.value.sqlstate == "TU106"
