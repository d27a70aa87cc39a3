"""Repairs of many, by the engine: within a budget, resumed where they stopped, what is refused left alone."""

import pytest

from project.access.models import AuditEntry
from project.access.roles import Role
from project.api.errors import InvalidRequest, NotFound
from project.postgres import sql
from reconciliation.models import Mismatch, Repair
from reconciliation.services.repair import orders
from reconciliation.services.repair.many import Tally, work
from reconciliation.services.repair.orders import Order, order_of, submit
from reconciliation.services.repair.selection import Selection
from tests.reconciliation import tables
from tests.reconciliation.tables import put, run


@pytest.fixture
def three(job):
    """Two rows to write, one that only the target has."""
    for number in (1, 2):
        put("source", number)
    put("target", 1, status="'packed'")
    put("target", 3)
    return [tables.mismatch(job, number) for number in (1, 2, 3)]


def order(**values):
    given = {
        "selection": Selection(filters={"table": "orders"}),
        "budget_seconds": 60.0,
        "may_delete": False,
        "actor": None,
        "reason": "a reason",
    }
    return Order(**{**given, **values})


def output(execution):
    return sql.value(
        "SELECT f.output FROM finished_job f JOIN job j ON j.id = f.id WHERE j.execution_id = %s", [execution.pk]
    )


def test_the_engine_repairs_what_the_filters_let_through(three, run_jobs, user_for):
    execution = submit(order(actor=user_for(Role.RECONCILIATION_OPERATOR)))
    run_jobs()
    done = output(execution)
    assert (done["applied"], done["refused"], done["out_of_time"]) == (2, 1, False)
    assert "doesn't allow deletes" in done["reasons"][0]
    assert dict(Repair.objects.values_list("mismatch__primary_key_value", "outcome")) == {
        "1": "applied",
        "2": "applied",
        "3": "refused",
    }
    assert {str(one.resolved_by) for one in Mismatch.objects.exclude(resolved_by=None)} == {"reconciliation_operator"}
    assert AuditEntry.objects.filter(operation="mismatch.repair").count() == 3


def test_a_selection_is_repaired_and_nothing_else(three, run_jobs):
    submit(order(selection=Selection(ids=(str(three[1].pk),))))
    run_jobs()
    assert list(Mismatch.objects.filter(resolution_status="MANUAL_RESOLVED")) == [three[1]]


def test_deletes_happen_only_where_they_are_asked_for(three, mapping, run_jobs):
    mapping.deletes_allowed = True
    mapping.save()
    submit(order(may_delete=True))
    run_jobs()
    assert not Mismatch.objects.filter(resolution_status="PENDING").exists()
    assert tables.value('SELECT array_agg(id ORDER BY id) FROM side_target."order"') == [1, 2]


def test_a_budget_that_is_used_up_ends_it_and_says_so(three):
    tally = work(order(), Tally(seconds=60.0), lambda _: None)
    assert (tally.applied, tally.out_of_time) == (0, True)


def test_it_goes_on_behind_the_last_that_was_tried(three):
    class Stop(Exception):
        pass

    seen = []

    def once(tally):
        seen.append(tally.document())
        raise Stop

    with pytest.raises(Stop):
        work(order(), Tally(), once)
    tally = work(order(), Tally.of(seen[0]), lambda _: None)
    assert tally.applied + tally.refused == 3
    assert Repair.objects.count() == 3


def test_it_stops_when_asked(three, run_jobs):
    execution = submit(order())
    assert orders.running() == [execution]
    assert orders.stop(execution_id=execution.pk, actor=None, reason="enough")
    run_jobs()
    assert orders.running() == []
    assert AuditEntry.objects.get(operation="mismatch.repair_stop").details == {"reason": "enough"}
    assert not orders.stop(execution_id=execution.pk, actor=None, reason="enough")


def test_only_a_repair_can_be_stopped_so(database):
    with pytest.raises(NotFound):
        orders.stop(execution_id=1, actor=None, reason="enough")


def test_a_table_that_is_gone_ends_it_with_the_reason(three, run_jobs):
    run('DROP TABLE side_target."order"')
    execution = submit(order())
    run_jobs()
    assert sql.value("SELECT status FROM execution WHERE id = %s", [execution.pk]) == "failed"


def test_what_was_found_by_another_key_is_refused_and_the_rest_goes_on(three, mapping, run_jobs):
    mapping.columns = [{**one, "key": one["source"] in {"id", "status"}} for one in mapping.columns]
    mapping.save()
    Mismatch.objects.filter(pk=three[1].pk).update(job=tables.job(mapping), key=[*three[1].key, b"shipped".hex()])
    run('ALTER TABLE side_target."order" ADD UNIQUE (id, status), ALTER status SET NOT NULL')
    execution = submit(order())
    run_jobs()
    done = output(execution)
    assert (done["applied"], done["refused"]) == (1, 2)
    assert all("was id (integer(4)) when this was found" in reason for reason in done["reasons"])
    assert Mismatch.objects.get(resolution_status="MANUAL_RESOLVED") == three[1]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"budget_seconds": 0.0}, "budget_seconds"),
        ({"reason": " "}, "reason"),
        ({"selection": Selection(ids=("x",) * 1001)}, "ids"),
    ],
)
def test_what_can_t_be_is_refused_by_name(database, values, field):
    with pytest.raises(InvalidRequest) as caught:
        submit(order(**values))
    assert field in caught.value.details["fields"]


def test_an_order_survives_its_way_through_the_engine(user_for):
    given = order(actor=user_for(Role.BATCH_ADMIN))
    execution = submit(given)
    payload = sql.row("SELECT payload FROM job WHERE execution_id = %s", [execution.pk])
    assert payload is not None
    assert order_of(payload["payload"]) == given
