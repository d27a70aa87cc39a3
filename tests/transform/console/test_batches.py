"""Batches in the console: one's own and everybody's, how far they are, bad items, cancelling."""

import pytest

from batches.transform.models import TransformBatch
from batches.transform.states import OnError
from project.access import keys
from project.access.roles import EVERYONE, Role
from tests.transform.console.pages import BAD, BATCHES, ITEM, batch, opened, page_of

READERS = {Role.INTEGRATOR, Role.BATCH_ADMIN, Role.BATCH_OPERATOR, Role.AUDITOR}
ALL_SEERS = {Role.BATCH_ADMIN, Role.AUDITOR}


@pytest.mark.parametrize("role", sorted(EVERYONE))
def test_admins_and_auditors_see_all_batches_and_others_their_own(visit, user_for, role):
    own, others = batch([ITEM], actor=user_for(role)), batch([ITEM])
    client = visit(role)
    if role not in READERS:
        assert client.get(BATCHES).status_code == client.get(page_of(own)).status_code == 403
        return
    page = opened(client, BATCHES)
    assert own.batch_id in page
    assert opened(client, page_of(own))
    assert (others.batch_id in page) is (role in ALL_SEERS)
    assert client.get(page_of(others)).status_code == (200 if role in ALL_SEERS else 404)


@pytest.mark.parametrize("role", sorted(EVERYONE))
def test_admins_cancel_any_batch_submitters_their_own_and_others_none(visit, user_for, role):
    own, others = batch([ITEM], actor=user_for(role), later=True), batch([ITEM], later=True)
    client = visit(role)
    submits = role in READERS - {Role.AUDITOR}
    for found, may in ((own, submits), (others, role == Role.BATCH_ADMIN)):
        answer = client.post(f"{BATCHES}{found.batch_id}/cancel/")
        assert (answer.status_code == 302) is may, answer.status_code
        found.refresh_from_db()
        assert (found.status == "cancelled") is may


def test_an_empty_list_says_how_a_batch_is_sent(visit):
    page = opened(visit(Role.BATCH_ADMIN), BATCHES)
    assert "No transform batches yet." in page
    assert 'curl -X POST "$URL/api/v1/transform/batch"' in page


def test_a_finished_batch_shows_its_counts_and_where_its_results_are(visit, user_for):
    found = batch([ITEM] * 3, actor=user_for(Role.INTEGRATOR))
    page = opened(visit(Role.INTEGRATOR), page_of(found))
    assert "3 items through" in page
    assert "by <b>integrator</b>" in page
    assert "The request that sent it did it." in page
    assert f"GET /api/v1/transform/batch/{found.batch_id}/results" in page
    assert "None: every item has a result or was filtered." in page
    assert "Cancel batch…" not in page
    assert "data-live" not in page


def test_skipped_rows_are_listed_by_row_field_and_reason(visit):
    found = batch([ITEM, BAD, 7], on_error=OnError.SKIP)
    page = opened(visit(Role.AUDITOR), page_of(found))
    assert '<td class="number">1</td><td><b>amount</b></td><td>Invalid number format</td>' in page
    assert '<td class="number">2</td><td><small>the item itself</small></td><td>Not an object</td>' in page
    assert "They were left out; the others have results." in page
    assert "a hundred" not in page


def test_many_skipped_rows_are_paged(visit):
    found = batch([BAD] * 40, on_error=OnError.SKIP)
    client = visit(Role.AUDITOR)
    page = opened(client, page_of(found))
    assert "?after=24" in page
    later = opened(client, f"{page_of(found)}?after=24")
    assert '<td class="number">39</td>' in later
    assert "First rows" in later
    assert "No more." in opened(client, f"{page_of(found)}?after=39")
    assert '<td class="number">0</td>' in opened(client, f"{page_of(found)}?after=x")


def test_a_failed_batch_says_which_row_and_what_to_do(visit):
    found = batch([ITEM, BAD])
    page = opened(visit(Role.AUDITOR), page_of(found))
    assert "Row 1, field amount: Invalid number format" in page
    assert "Nothing was applied." in page
    assert '"on_error": "skip"' in page


def test_a_batch_that_nobody_foresaw_failing_names_the_process_with_the_log(visit):
    error = {"error": "internal_server_error", "message": "An unexpected error occurred"}
    found = batch([ITEM])
    TransformBatch.objects.filter(pk=found.pk).update(status="failed", error=error, process="host:7")
    page = opened(visit(Role.AUDITOR), page_of(found))
    assert "An unexpected error occurred" in page
    assert "the log of host:7 says more" in page


def test_a_batch_of_the_engine_shows_its_chunks_and_moves(visit, run_jobs):
    found = batch([ITEM] * 5 + [BAD], later=True, batch_size=2, on_error=OnError.SKIP, parallel=False)
    client = visit(Role.BATCH_ADMIN)
    run_jobs()
    page = opened(client, page_of(found))
    assert f"/admin/workers/execution/{found.execution_id}/page/" in page
    assert "one chunk of 2 after another" in page
    assert "■ 3 of 3 done" in page
    assert "! 1 with bad items" in page
    assert '<td class="number">4 to 5</td>' in page
    answer = client.get(f"{BATCHES}{found.batch_id}/live/")
    assert answer.headers["X-Live"] == "no"


def test_a_batch_that_waits_says_so_and_can_be_cancelled(visit):
    found = batch([ITEM] * 5, later=True, batch_size=2)
    client = visit(Role.BATCH_ADMIN)
    page = opened(client, page_of(found))
    assert "It waits for a worker." in page
    assert "data-live" in page
    assert client.get(f"{BATCHES}{found.batch_id}/live/").headers["X-Live"] == "yes"
    path = f"{BATCHES}{found.batch_id}/cancel/"
    assert "Nothing of it is kept" in opened(client, path)
    answer = client.post(path, follow=True)
    assert f"{found.batch_id} was cancelled." in answer.content.decode()
    page = opened(client, page_of(found))
    assert "nothing of it is kept. Whoever wants its results sends its items again." in page
    assert "Cancel batch…" not in page
    late = client.post(path)
    assert late.status_code == 409
    assert "there is nothing left to cancel" in late.content.decode()


def test_the_owner_of_a_batch_by_key_is_the_key(visit, user_for):
    key = keys.create(name="etl", owner=user_for(Role.INTEGRATOR), roles=[Role.INTEGRATOR], expires_at=None, actor=None)
    found = batch([ITEM], actor=user_for(Role.INTEGRATOR))
    TransformBatch.objects.filter(pk=found.pk).update(owner=f"key {key.key.pk}")
    assert f"with key etl ({key.key.prefix})" in opened(visit(Role.AUDITOR), page_of(found))
    TransformBatch.objects.filter(pk=found.pk).update(owner="key 999999")
    assert "with a key that is gone" in opened(visit(Role.AUDITOR), page_of(found))


def test_the_list_shows_how_far_a_batch_is_and_asks_no_more_for_many(visit, django_assert_max_num_queries):
    for _ in range(4):
        batch([ITEM] * 3, later=True, batch_size=1)
    client = visit(Role.BATCH_ADMIN)
    with django_assert_max_num_queries(14):
        page = opened(client, BATCHES)
    assert "default version 1" in page
    assert page.count("queued") >= 4


def test_the_list_is_filtered_by_state_and_pipeline(visit):
    good, bad = batch([ITEM]), batch([BAD])
    client = visit(Role.BATCH_ADMIN)
    page = opened(client, f"{BATCHES}?status__exact=failed")
    assert bad.batch_id in page
    assert good.batch_id not in page
    page = opened(client, f"{BATCHES}?q={good.batch_id}")
    assert good.batch_id in page
    assert bad.batch_id not in page


HOSTILE = (
    *("?status__exact=%00", "?q=%00", "?version__pipeline__id__exact=x", "?after=1"),
    *("?version__pipeline__id__exact=99999999999999999999", "?on_error__exact='", "?p=x"),
)


@pytest.mark.parametrize("query", HOSTILE)
def test_a_hostile_address_is_no_error_of_the_server(visit, query):
    found = batch([BAD], on_error=OnError.SKIP)
    client = visit(Role.BATCH_ADMIN)
    for path in (BATCHES, page_of(found)):
        assert client.get(f"{path}{query}", follow=True).status_code in {200, 400, 404}, path
