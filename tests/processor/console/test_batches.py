"""Batches in the console: one's own and everybody's, how far they are, failed items, cancelling."""

import pytest

from project.access.models import AuditEntry
from project.access.roles import EVERYONE, Role
from tests.processor.console.pages import BATCHES, cancelled, expired, opened, page_of, sent
from tests.processor.hands import fresh, submitted
from workers.runtime import drain

READERS = {Role.INTEGRATOR, Role.BATCH_ADMIN, Role.BATCH_OPERATOR, Role.AUDITOR}
OVERSEERS = {Role.BATCH_ADMIN, Role.AUDITOR}

pytestmark = pytest.mark.usefixtures("trying")


@pytest.mark.parametrize("role", sorted(EVERYONE))
def test_admins_and_auditors_see_all_batches_and_others_their_own(visit, user_for, role):
    own, others = submitted(1, owner=user_for(role)), submitted(1)
    client = visit(role)
    if role not in READERS:
        assert client.get(BATCHES).status_code == client.get(page_of(own)).status_code == 403
        return
    page = opened(client, BATCHES)
    assert own.batch_id in page
    assert opened(client, page_of(own))
    assert (others.batch_id in page) is (role in OVERSEERS)
    assert client.get(page_of(others)).status_code == (200 if role in OVERSEERS else 404)


@pytest.mark.parametrize("role", sorted(EVERYONE))
def test_admins_cancel_any_batch_submitters_their_own_and_others_none(visit, user_for, role):
    own, others = submitted(1, owner=user_for(role)), submitted(1)
    client = visit(role)
    submits = role in READERS - {Role.AUDITOR}
    for found, may in ((own, submits), (others, role == Role.BATCH_ADMIN)):
        answer = client.post(f"{BATCHES}{found.batch_id}/cancel/", {"reason": "not needed"})
        assert (answer.status_code == 302) is may, answer.status_code
        assert (fresh(found).status == "cancelled") is may


@pytest.mark.parametrize("role", sorted(READERS))
def test_the_button_to_cancel_is_there_for_who_may(visit, user_for, role):
    own, others = submitted(1, owner=user_for(role)), submitted(1)
    client = visit(role)
    assert ("Cancel batch…" in opened(client, page_of(own))) is (role != Role.AUDITOR)
    if role in OVERSEERS:
        assert ("Cancel batch…" in opened(client, page_of(others))) is (role == Role.BATCH_ADMIN)


def test_an_empty_list_says_how_a_batch_is_submitted(visit):
    page = opened(visit(Role.BATCH_ADMIN), BATCHES)
    assert "No inference batches yet." in page
    assert 'curl "$URL/api/batch-processor/submit"' in page


def test_a_batch_that_waits_says_so_and_is_cancelled_with_a_reason(visit, user_for):
    found = submitted(1, 2, owner=user_for(Role.INTEGRATOR), priority="high", metadata={"run": "nightly"})
    client = visit(Role.BATCH_ADMIN)
    page = opened(client, page_of(found))
    assert "2 items through" in page
    assert "with priority <b>high</b>" in page
    assert "by <b>integrator</b>" in page
    assert "It waits for a worker, at place 1 of the queue" in page
    assert '"run": "nightly"' in page
    assert "data-live" in page
    assert client.get(f"{BATCHES}{found.batch_id}/live/").headers["X-Live"] == "yes"
    path = f"{BATCHES}{found.batch_id}/cancel/"
    assert "Of its 2 items 2 have not ended." in opened(client, path)
    assert "Say why" in sent(client, path)
    assert fresh(found).status == "queued"
    page = sent(client, path, reason="wrong data")
    assert f"{found.batch_id} takes no more items to work." in page
    assert "Reason: wrong data. 2 items were never run" in page
    assert "None: what was never run has not failed." in page
    assert client.get(f"{BATCHES}{found.batch_id}/live/").headers["X-Live"] == "no"
    entry = AuditEntry.objects.get(operation="processor.cancel")
    assert (entry.actor_name, entry.target) == ("batch_admin", found.batch_id)


def test_what_has_ended_can_not_be_cancelled(visit):
    found = submitted(1)
    drain()
    client = visit(Role.BATCH_ADMIN)
    assert "Cancel batch…" not in opened(client, page_of(found))
    path = f"{BATCHES}{found.batch_id}/cancel/"
    assert "It is completed already: there is nothing left to cancel." in opened(client, path)
    assert "is completed and can't be cancelled" in sent(client, path, 409, reason="late")


def test_a_finished_batch_shows_its_states_and_where_its_results_are(visit):
    found = submitted(1, 2, 3)
    drain()
    page = opened(visit(Role.AUDITOR), page_of(found))
    for state in ("queued", "processing", "completed"):
        assert f"</i>{state}</span>" in page
    assert "for good" in page
    assert f"GET /api/batch-processor/results/{found.batch_id}" in page
    assert "None: every item has an output." in page
    assert "data-live" not in page


def test_failed_items_are_listed_by_place_name_and_error(visit):
    found = submitted(1, "none", 13)
    drain()
    page = opened(visit(Role.AUDITOR), page_of(found))
    assert '<td class="number">2</td><td class="id">req_2</td><td>input: must be a number.</td>' in page
    assert '<td class="number">3</td><td class="id">req_3</td>' in page
    assert "unlucky" in page
    assert '<td class="number">1</td>' not in page


def test_a_failed_batch_says_why_and_what_to_do(visit):
    found = submitted("none")
    drain()
    page = opened(visit(Role.AUDITOR), page_of(found))
    assert "Why it failed" in page
    assert "input: must be a number." in page
    assert "mend the items and submit them again" in page


def test_many_failed_items_are_paged_over_the_parts_of_a_batch(visit):
    found = submitted(*[1] * 90, *["none"] * 40)
    drain()
    client = visit(Role.AUDITOR)
    page = opened(client, page_of(found))
    assert '<td class="number">91</td>' in page
    assert "?after=115" in page
    later = opened(client, f"{page_of(found)}?after=115")
    assert '<td class="number">116</td><td class="id">req_116</td>' in later
    assert '<td class="number">130</td>' in later
    assert "First items" in later
    assert "No more." in opened(client, f"{page_of(found)}?after=130")
    assert '<td class="number">91</td>' in opened(client, f"{page_of(found)}?after=x")


def test_an_expired_batch_says_how_it_lasts_the_next_time(visit):
    found = expired()
    page = opened(visit(Role.AUDITOR), page_of(found))
    assert "Its time of 5 s was over before a worker began with it." in page
    assert "longer <code>timeout_ms</code>" in page


def test_the_list_shows_state_priority_and_model_and_asks_no_more_for_many(visit, django_assert_max_num_queries):
    for _ in range(5):
        submitted(1, 2, priority="low")
    client = visit(Role.BATCH_ADMIN)
    with django_assert_max_num_queries(14):
        page = opened(client, BATCHES)
    assert page.count("trying-v1.0") >= 5
    assert page.count("low") >= 5


def test_the_list_is_filtered_by_state_priority_and_id(visit):
    stopped, waiting = cancelled(), submitted(1, priority="high")
    client = visit(Role.BATCH_ADMIN)
    asked = ("status__exact=cancelled", "priority__exact=normal", f"q={stopped.batch_id}")
    for query in asked:
        page = opened(client, f"{BATCHES}?{query}")
        assert stopped.batch_id in page
        assert waiting.batch_id not in page


def test_a_batch_of_a_client_s_own_name_has_a_page(visit):
    found = submitted(1, batch_id="run:2025.01-a_b")
    client = visit(Role.BATCH_ADMIN)
    assert opened(client, page_of(found))
    assert page_of(found) in client.get(f"{BATCHES}{found.pk}/change/", follow=True).redirect_chain[-1][0].replace(
        "%3A", ":"
    )


HOSTILE = (
    *("?status__exact=%00", "?q=%00", "?model_version__model__id__exact=x", "?after=999999999"),
    *("?model_version__model__id__exact=99999999999999999999", "?priority__exact='", "?p=x"),
)


@pytest.mark.parametrize("query", HOSTILE)
def test_a_hostile_address_is_no_error_of_the_server(visit, query):
    found = submitted(1)
    client = visit(Role.BATCH_ADMIN)
    for path in (BATCHES, page_of(found), f"{BATCHES}none%00/page/"):
        assert client.get(f"{path}{query}", follow=True).status_code in {200, 400, 404}, path
