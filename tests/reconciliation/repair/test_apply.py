"""A repair makes the target's row like the source's, or does nothing and says why."""

from dataclasses import replace

import pytest

from project.access.models import AuditEntry
from project.access.roles import Role
from project.api.errors import Conflict, NotFound
from reconciliation.models import Mismatch, Repair
from reconciliation.services.recheck import recheck
from reconciliation.services.repair import statements
from reconciliation.services.repair.apply import apply, found
from reconciliation.services.repair.plan import preview
from reconciliation.services.repair.recording import BEGUN
from reconciliation.services.repair.writing import EndUnknown
from tests.reconciliation import tables
from tests.reconciliation.tables import put, read, run


def repair(mismatch, *, expected=None, may_delete=False, actor=None):
    plan = preview(found(mismatch.pk), may_delete=may_delete)
    return apply(
        mismatch_id=mismatch.pk, expected=expected or plan.seal, actor=actor, may_delete=may_delete, note="a reason"
    )


def same(number=1):
    """Whether both sides have the row, alike but for the column that isn't mapped."""
    source, target = (
        f"""(SELECT to_jsonb(o) - 'extra' FROM side_{side}."order" o WHERE id = {number})"""
        for side in ("source", "target")
    )
    return tables.value(f"SELECT {source} = {target}")


def test_a_preview_says_what_would_be_written_and_writes_nothing(job):
    put("source", 1)
    put("target", 1, status="'packed'", amount="120.05", note="''")
    plan = preview(found(tables.mismatch(job).pk), may_delete=False)
    assert (plan.action, plan.refused) == (Repair.Action.UPDATE, ())
    assert plan.written == ("status", "amount", "note")
    changed = {change.column: (change.before, change.after) for change in plan.changes if change.changes}
    assert changed == {"status": ("packed", "shipped"), "amount": ("120.05", "120.5"), "note": ("", None)}
    assert read("target", "status") == "packed"
    assert not Repair.objects.exists()


def test_an_update_writes_what_differs_and_leaves_all_else(job, user_for):
    put("source", 1)
    put("target", 1, status="'packed'", note="''")
    run("""UPDATE side_target."order" SET extra = 'own'""")
    mismatch = tables.mismatch(job)
    done = repair(mismatch, actor=user_for(Role.RECONCILIATION_OPERATOR))
    assert (done.action, done.outcome, str(done.actor)) == ("update", "applied", "reconciliation_operator")
    assert (done.before["status"], done.after["status"]) == ("packed", "shipped")
    assert same()
    assert read("target", "extra") == "own"
    mismatch.refresh_from_db()
    assert (mismatch.resolution_status, mismatch.version) == ("MANUAL_RESOLVED", 2)
    assert mismatch.resolution_notes.startswith("repaired")
    assert mismatch.events.get().name == "repaired"


def test_a_connection_that_is_lost_in_the_commit_leaves_it_open_whether_the_row_is_written(job):
    put("source", 1)
    run(
        "CREATE FUNCTION side_target.die() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END$$"
    )
    run(
        'CREATE CONSTRAINT TRIGGER die AFTER INSERT ON side_target."order" DEFERRABLE INITIALLY DEFERRED'
        " FOR EACH ROW EXECUTE FUNCTION side_target.die()"
    )
    mismatch = tables.mismatch(job)
    with pytest.raises(EndUnknown, match="compare the row again"):
        repair(mismatch)
    (kept,) = Repair.objects.all()
    assert (kept.outcome, kept.note, kept.after["status"]) == ("failed", BEGUN, "shipped")
    assert AuditEntry.objects.get(operation="mismatch.repair").details["note"] == BEGUN
    mismatch.refresh_from_db()
    assert mismatch.resolution_status == "PENDING"


def test_a_mismatch_that_was_found_by_another_key_touches_no_row(job, mapping):
    """The key 1 of then is the customer 1 of now, who is somebody else."""
    put("source", 1)
    mismatch = tables.mismatch(job)
    run('ALTER TABLE side_source."order" ADD customer int; ALTER TABLE side_target."order" ADD customer int')
    put("source", 2, customer="1")
    put("target", 2, customer="1", status="'packed'")
    customer = {"source": "customer", "target": "customer", "type": "integer(4)", "key": True, "rule": {}}
    mapping.columns = [{**one, "key": False} for one in mapping.columns] + [customer]
    mapping.save()
    (refused,) = preview(found(mismatch.pk), may_delete=True).refused
    assert refused.startswith("The key of orders was id (integer(4)) when this was found, and is customer (integer(4))")
    with pytest.raises(Conflict, match="Compare the table again"):
        repair(mismatch)
    with pytest.raises(Conflict, match="Compare the table again"):
        recheck(mismatch_id=mismatch.pk, actor=None)
    assert (read("target", "status", 2), Repair.objects.get().outcome) == ("packed", "refused")


def test_each_repair_is_in_the_audit_trail_with_before_and_after(job, user_for):
    put("source", 1)
    put("target", 1, status="'packed'")
    mismatch = tables.mismatch(job)
    repair(mismatch, actor=user_for(Role.BATCH_ADMIN))
    entry = AuditEntry.objects.get(operation="mismatch.repair")
    assert (entry.target, entry.actor_name) == (str(mismatch.pk), "batch_admin")
    assert (entry.before["status"], entry.after["status"]) == ("packed", "shipped")
    assert entry.details["outcome"] == "applied"


def test_a_missing_row_is_inserted_with_every_mapped_value(job):
    put("source", 1)
    repair(tables.mismatch(job))
    assert same()
    assert read("target", "extra") == "untouched"


@pytest.mark.parametrize(
    "values",
    [
        {"note": "'a''b\\\"{}'", "tags": "ARRAY['{','}',' ','NULL']"},
        {"amount": "'NaN'", "seen": "'infinity'"},
        {"document": "'[]'", "tags": "NULL", "photo": "''"},
        {"document": '\'{"a": [1e3, null, "\\u00e9"]}\'', "seen": "'0001-01-01 00:00:00+00'"},
    ],
)
def test_hostile_values_arrive_as_they_are(job, values):
    put("source", 1, **values)
    repair(tables.mismatch(job))
    assert same()


def test_a_rule_of_the_comparison_never_cuts_what_is_written(mapping):
    for column in mapping.columns:
        column["rule"] = {"seen": {"unit": "s"}, "note": {"trim": True}}.get(column["source"], {})
    mapping.save()
    put("source", 1, note="'  kept  '")
    put("target", 1, note="'other'", seen="'2025-11-20 14:00:01+00'")
    repair(tables.mismatch(tables.job(mapping)))
    assert read("target", "note") == "  kept  "
    assert read("target", "seen").microsecond == 123456


def test_a_difference_that_a_rule_tolerates_stays(mapping):
    mapping.columns[2]["rule"] = {"absolute": 1.0}
    mapping.save()
    put("source", 1)
    put("target", 1, amount="120.05", status="'packed'")
    repair(tables.mismatch(tables.job(mapping)))
    assert (str(read("target", "amount")), read("target", "status")) == ("120.05", "shipped")


# --- refusals


def refused(mismatch, **options):
    with pytest.raises(Conflict) as caught:
        repair(mismatch, **options)
    assert caught.value.code == "REPAIR_REFUSED"
    kept = Repair.objects.latest("pk")
    assert kept.outcome != "applied"
    assert kept.note
    assert Mismatch.objects.get(pk=mismatch.pk).resolution_status == "PENDING"
    assert AuditEntry.objects.filter(operation="mismatch.repair").latest("pk").details["outcome"] == kept.outcome
    return caught.value.message


@pytest.mark.parametrize("side", ["source", "target"])
def test_a_side_that_moved_since_the_preview_stops_it(job, side):
    put("source", 1)
    put("target", 1, status="'packed'")
    mismatch = tables.mismatch(job)
    seal = preview(found(mismatch.pk), may_delete=False).seal
    run(f"""UPDATE side_{side}."order" SET amount = 1""")
    assert "changed since the preview" in refused(mismatch, expected=seal)
    assert read("target", "status") == "packed"
    assert Repair.objects.get().outcome == "refused"


@pytest.mark.parametrize("side", ["source", "target"])
def test_a_side_that_moves_between_the_reading_and_the_commit_stops_it(job, side, monkeypatch):
    put("source", 1)
    put("target", 1, status="'packed'")
    mismatch = tables.mismatch(job)
    original = statements.lock if side == "target" else statements.update

    def interfere(*given):
        run(f"""UPDATE side_{side}."order" SET amount = 1""")
        return original(*given)

    monkeypatch.setattr(statements, original.__name__, interfere)
    assert "row has changed" in refused(mismatch)
    assert read("target", "status") == "packed"


def test_a_changed_mapping_stops_what_was_previewed_under_the_old_one(job, mapping):
    put("source", 1)
    put("target", 1, status="'packed'")
    mismatch = tables.mismatch(job)
    seal = preview(found(mismatch.pk), may_delete=False).seal
    mapping.version += 1
    mapping.save()
    assert "mapping" in refused(mismatch, expected=seal)


def test_equal_rows_are_nothing_to_repair(job):
    put("source", 1)
    put("target", 1, status="'packed'")
    mismatch = tables.mismatch(job)
    run("""UPDATE side_target."order" SET status = 'shipped'""")
    assert "equal now" in refused(mismatch)


@pytest.mark.parametrize(
    ("allowed", "may_delete", "says"),
    [(False, True, "doesn't allow deletes"), (True, False, "batch_admin"), (False, False, "doesn't allow deletes")],
)
def test_a_delete_needs_the_mapping_and_the_role(job, mapping, allowed, may_delete, says):
    put("target", 1)
    mapping.deletes_allowed = allowed
    mapping.save()
    assert says in refused(tables.mismatch(job), may_delete=may_delete)
    assert read("target", "status") == "shipped"


def test_a_delete_that_is_allowed_takes_the_row(job, mapping):
    put("target", 1)
    put("target", 2)
    mapping.deletes_allowed = True
    mapping.save()
    done = repair(tables.mismatch(job), may_delete=True)
    assert (done.action, done.after) == ("delete", None)
    assert tables.value('SELECT array_agg(id) FROM side_target."order"') == [2]


def test_a_trigger_that_changes_what_is_written_is_found_out_and_nothing_is_kept(job):
    run("""CREATE FUNCTION side_target.meddle() RETURNS trigger LANGUAGE plpgsql
             AS $$BEGIN NEW.status := 'meddled'; RETURN NEW; END$$;
           CREATE TRIGGER meddle BEFORE UPDATE ON side_target."order" FOR EACH ROW
             EXECUTE FUNCTION side_target.meddle()""")
    put("source", 1)
    put("target", 1, status="'packed'")
    assert "Read back, the row still differs (status)" in refused(tables.mismatch(job))
    assert read("target", "status") == "packed"


def test_what_the_target_refuses_is_said_and_nothing_is_kept(job):
    run("""ALTER TABLE side_target."order" ADD CHECK (amount < 100)""")
    put("source", 1)
    assert "doesn't take the row" in refused(tables.mismatch(job))
    assert Repair.objects.get().outcome == "failed"
    assert tables.value('SELECT count(*) FROM side_target."order"') == 0


def test_a_column_without_value_is_named(job):
    run("""ALTER TABLE side_target."order" ADD must text NOT NULL""")
    put("source", 1)
    assert "column must of side_target.order needs a value" in refused(tables.mismatch(job))


def test_a_key_that_isn_t_unique_in_the_target_is_not_touched(job):
    run("""ALTER TABLE side_target."order" DROP CONSTRAINT order_pkey""")
    put("source", 1)
    put("target", 1, status="'packed'")
    put("target", 1, status="'packed'")
    assert "2 rows of the target have this key" in refused(tables.mismatch(job))


def test_an_unknown_mismatch_is_not_found(database):
    from uuid import uuid4

    with pytest.raises(NotFound):
        apply(mismatch_id=uuid4(), expected="", actor=None, may_delete=False)


def test_a_seal_names_the_deed_and_both_rows(job):
    put("source", 1)
    put("target", 1, status="'packed'")
    mismatch = found(tables.mismatch(job).pk)
    first = preview(mismatch, may_delete=False)
    assert preview(mismatch, may_delete=True).seal == first.seal
    run("""UPDATE side_source."order" SET status = 'lost'""")
    other = preview(mismatch, may_delete=False)
    assert other.seal != first.seal
    assert replace(other.pair, source=first.pair.source) == first.pair
