"""A mismatch's page: what differs, what became of it, and the way to the next one."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from project.access.roles import ALL_READERS, Role
from reconciliation.models import Mismatch, MismatchEvent
from reconciliation.services.resolve import resolve
from tests.reconciliation import rows, tables
from tests.reconciliation.tables import put, run

READERS = ALL_READERS | {Role.RECONCILIATION_OPERATOR}
OPERATORS = {Role.BATCH_ADMIN, Role.RECONCILIATION_OPERATOR}
LIST = "/admin/reconciliation/mismatch/"


def address(mismatch, what="page", query=""):
    return f"{LIST}{mismatch.pk}/{what}/{f'?{query}' if query else ''}"


def text(answer):
    """The page's words, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.fixture
def mismatch(job):
    put("source", 1)
    put("target", 1, status="'packed'", amount="120.05", note="''", photo=r"'\x01'")
    return tables.mismatch(job)


def test_differing_fields_stand_first_with_a_sign_and_a_word(visit, mismatch):
    page = text(visit(Role.AUDITOR).get(address(mismatch)))
    assert "4 fields differ" in page
    assert "5 more equal fields" in page
    assert page.index("status text ≠ differs") < page.index("id key integer(4) = equal")
    assert "Δ 0.45" in page


def test_null_and_empty_text_are_told_apart(visit, mismatch):
    page = text(visit(Role.AUDITOR).get(address(mismatch))).replace("&quot;", '"')
    assert '(null) "" (empty text)' in page
    assert '"shipped" "packed"' in page


def test_blobs_are_shown_by_hash_and_length(visit, mismatch):
    page = text(visit(Role.AUDITOR).get(address(mismatch)))
    assert re.search(r"SHA-256 [0-9a-f]{16}…, 2 bytes SHA-256 [0-9a-f]{16}…, 1 byte", page)


def test_texts_that_look_alike_are_told_apart_by_their_code_points(visit, job):
    put("source", 1, status="U&'caf\\00e9'")
    put("target", 1, status="U&'cafe\\0301'")
    page = text(visit(Role.AUDITOR).get(address(tables.mismatch(job))))
    assert "from character 4: U+00E9 against U+0065" in page


def test_a_row_that_one_side_lacks_is_shown_whole(visit, job):
    put("source", 1)
    page = text(visit(Role.AUDITOR).get(address(tables.mismatch(job))))
    assert "Only the source has the row" in page
    assert "(no row)" in page
    assert "equal field" not in page


def test_markup_in_a_value_stays_text(visit, job):
    put("source", 1, note="'<script>alert(1)</script>'")
    page = visit(Role.AUDITOR).get(address(tables.mismatch(job))).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_the_page_says_how_old_it_is_who_saw_it_and_who_did_what(visit, mismatch, user_for):
    Mismatch.objects.filter(pk=mismatch.pk).update(detected_at=timezone.now() - timedelta(days=3), times_seen=5)
    MismatchEvent.objects.create(mismatch=mismatch, name="detected", job=mismatch.job)
    who = user_for(Role.RECONCILIATION_OPERATOR)
    resolve(mismatch_id=mismatch.pk, status="MANUAL_RESOLVED", notes="written by hand", actor=who)
    page = text(visit(Role.AUDITOR).get(address(mismatch)))
    assert "First seen 3 d ago , seen 5 times" in page
    assert "by reconciliation_operator" in page
    assert "written by hand" in page
    assert f"job {str(mismatch.job_id)[:8]}" in page


@pytest.mark.parametrize("role", Role)
def test_each_role_sees_what_is_its_own(visit, mismatch, role):
    client = visit(role)
    shown = client.get(address(mismatch))
    assert (shown.status_code == 200) is (role in READERS)
    assert ("Mark resolved…" in shown.content.decode()) is (role in OPERATORS)
    for verb in ("resolve/move", "ignore/move", "repair"):
        assert (client.get(address(mismatch, verb)).status_code == 200) is (role in OPERATORS), verb
    assert (client.post(address(mismatch, "recheck")).status_code == 302) is (role in OPERATORS)
    moved = client.post(address(mismatch, "resolve/move"), {"notes": "a note"})
    assert (moved.status_code == 302) is (role in OPERATORS)
    settled = Mismatch.objects.get(pk=mismatch.pk).resolution_status
    assert settled == ("MANUAL_RESOLVED" if role in OPERATORS else "PENDING")


def test_a_stranger_is_sent_to_the_login(visit, mismatch):
    assert visit().get(address(mismatch)).status_code == 302


def test_what_is_no_mismatch_is_not_found(visit):
    for one in (uuid4(), "abc"):
        assert visit(Role.BATCH_ADMIN).get(f"{LIST}{one}/page/", follow=True).status_code == 404


def test_only_legal_moves_are_offered(visit, mismatch):
    client = visit(Role.BATCH_ADMIN)
    Mismatch.objects.filter(pk=mismatch.pk).update(resolution_status="MANUAL_RESOLVED")
    page = text(client.get(address(mismatch)))
    assert "Mark resolved…" not in page
    assert "Ignore…" in page
    Mismatch.objects.filter(pk=mismatch.pk).update(resolution_status="AUTO_RESOLVED")
    page = text(client.get(address(mismatch)))
    assert "Ignore…" not in page
    assert "Repair from source…" not in page


def test_a_move_needs_a_note(visit, mismatch):
    client = visit(Role.BATCH_ADMIN)
    for note in ("", "   "):
        answer = client.post(address(mismatch, "ignore/move"), {"notes": note})
        assert "Say why" in answer.content.decode()
    assert Mismatch.objects.get(pk=mismatch.pk).resolution_status == "PENDING"


def test_ignoring_may_end(visit, mismatch):
    visit(Role.BATCH_ADMIN).post(address(mismatch, "ignore/move"), {"notes": "a note", "days": "7"})
    mismatch.refresh_from_db()
    assert mismatch.resolution_status == "IGNORED"
    assert timedelta(days=6) < mismatch.ignored_until - timezone.now() <= timedelta(days=7)


@pytest.mark.parametrize("what", ["resolve/move", "ignore/move", "repair"])
def test_a_page_from_before_another_s_move_is_refused_and_says_what_changed(visit, mismatch, what, user_for):
    who = user_for(Role.RECONCILIATION_OPERATOR)
    resolve(mismatch_id=mismatch.pk, status="IGNORED", notes="expected this month", actor=who)
    client = visit(Role.BATCH_ADMIN)
    for answer in (
        client.get(address(mismatch, what, "version=1")),
        client.post(address(mismatch, what, "version=1"), {"notes": "a note", "reason": "a note"}),
    ):
        assert answer.status_code == 409
        page = text(answer)
        assert "version 1" in page
        assert "ignored by reconciliation_operator: expected this month" in page
    assert Mismatch.objects.get(pk=mismatch.pk).resolution_notes == "expected this month"


# --- neighbours


def test_next_and_previous_keep_the_filter_of_the_list(visit, job):
    start = timezone.now()
    found = [rows.mismatch(job, detected_at=start - timedelta(minutes=minute)) for minute in range(3)]
    rows.mismatch(job, resolution_status="IGNORED", detected_at=start - timedelta(seconds=30))
    query = "table=orders&type=DATA_MISMATCH"
    page = visit(Role.AUDITOR).get(address(found[1], query=query))
    body = page.content.decode().replace("&amp;", "&")
    assert "2 of 3" in text(page)
    assert re.search(f'data-key="k"[^>]*href="{re.escape(address(found[0], query=query))}"', body)
    assert re.search(f'data-key="j"[^>]*href="{re.escape(address(found[2], query=query))}"', body)
    assert f'href="{LIST}?{query}"' in body


def test_the_ends_of_the_list_lead_nowhere(visit, job):
    only = rows.mismatch(job)
    page = visit(Role.AUDITOR).get(address(only)).content.decode()
    assert page.count("aria-disabled") == 2
    assert "data-key" not in page


def test_one_that_left_the_list_says_so_and_still_leads_on(visit, job):
    found = [rows.mismatch(job, detected_at=timezone.now() - timedelta(minutes=minute)) for minute in range(2)]
    resolve(mismatch_id=found[0].pk, status="IGNORED", notes="a note", actor=None)
    page = visit(Role.AUDITOR).get(address(found[0]))
    assert "not one of 1" in text(page)
    assert address(found[1]) in page.content.decode()


# --- re-check


def test_a_recheck_of_equal_rows_resolves_it(visit, mismatch):
    run("""UPDATE side_target."order" SET (status, amount, note, photo) =
             (SELECT status, amount, note, photo FROM side_source."order")""")
    answer = visit(Role.BATCH_ADMIN).post(address(mismatch, "recheck", "table=orders"), follow=True)
    assert answer.redirect_chain == [(address(mismatch, query="table=orders"), 302)]
    assert "Both sides are equal now: AUTO_RESOLVED." in text(answer)
    mismatch.refresh_from_db()
    assert (mismatch.resolution_status, mismatch.version, mismatch.resolved_by) == ("AUTO_RESOLVED", 2, None)
    assert str(mismatch.events.get(name="auto_resolved").actor) == "batch_admin"


def test_a_recheck_shows_what_differs_now(visit, mismatch):
    run("""UPDATE side_target."order" SET (status, amount, photo) =
             (SELECT status, amount, photo FROM side_source."order")""")
    answer = visit(Role.BATCH_ADMIN).post(address(mismatch, "recheck"), follow=True)
    assert "It still differs: note." in text(answer)
    assert "1 field differs" in text(answer)


def test_a_recheck_that_shows_other_rows_makes_pages_from_before_it_stale(visit, mismatch):
    run("""UPDATE side_target."order" SET status = 'lost'""")
    client = visit(Role.BATCH_ADMIN)
    client.post(address(mismatch, "recheck"))
    answer = client.post(address(mismatch, "resolve/move", "version=1"), {"notes": "a note"})
    assert answer.status_code == 409
    assert "seen by batch_admin: Re-checked: differs otherwise: status" in text(answer)
    client.post(address(mismatch, "recheck"))
    mismatch.refresh_from_db()
    assert (mismatch.version, mismatch.target_data["status"]) == (2, "lost")
    assert [event.name for event in mismatch.events.all()] == ["seen", "rechecked"]


def test_a_recheck_reopens_what_was_resolved_and_differs(visit, mismatch):
    resolve(mismatch_id=mismatch.pk, status="MANUAL_RESOLVED", notes="a note", actor=None)
    visit(Role.BATCH_ADMIN).post(address(mismatch, "recheck"))
    mismatch.refresh_from_db()
    assert (mismatch.resolution_status, mismatch.resolution_notes) == ("PENDING", None)


def test_a_recheck_of_rows_that_are_gone_resolves_it(visit, mismatch):
    run("""DELETE FROM side_target."order"; DELETE FROM side_source."order" """)
    assert "Neither side has the row any more" in text(
        visit(Role.BATCH_ADMIN).post(address(mismatch, "recheck"), follow=True)
    )


def test_a_table_that_is_gone_is_said_in_words(visit, mismatch):
    run('DROP TABLE side_target."order"')
    client = visit(Role.BATCH_ADMIN)
    assert "there is no table side_target.order" in text(client.post(address(mismatch, "recheck"), follow=True))
    assert "there is no table side_target.order" in text(client.get(address(mismatch, "repair")))
