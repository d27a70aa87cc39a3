"""Quiet hours of a mapping: kept, written to a file and read from it, refused by field with the mend."""

import pytest

from project.access.models import AuditEntry
from project.api.errors import InvalidRequest
from reconciliation.models import Mapping
from reconciliation.services import mappings
from reconciliation.services.mappings import files
from tests.reconciliation.mappings.tables import USERS, create

HOURS = [
    {"from": "08:00", "to": "18:00", "zone": "Asia/Jakarta", "days": ["mon", "tue", "wed", "thu", "fri"]},
    {"from": "22:00", "to": "24:00", "zone": "UTC"},
]
FILE = """\
connections:
  - {name: here, kind: postgresql}
mappings:
  - name: users
    source: {connection: here, schema: upstream, table: users}
    target: {connection: here, schema: replica, table: users}
    quiet_hours:
      - {from: "08:00", to: "18:00", zone: Asia/Jakarta, days: [mon, tue]}
      - {from: "22:00", to: "24:00", zone: UTC}
"""


@pytest.fixture
def users(both) -> Mapping:
    both(USERS)
    return create()


def load(text: str) -> files.Imported:
    return files.imported("mappings.yaml", text, actor=None)


def test_a_mapping_has_none_at_first(users):
    assert users.quiet_hours == []


def test_setting_them_makes_no_other_version_and_is_audited(users):
    changed = mappings.change(name="users", actor=None, quiet_hours=HOURS)
    assert (changed.quiet_hours, changed.version) == (HOURS, 1)
    entry = AuditEntry.objects.get(operation="mapping.change")
    assert (entry.before["quiet_hours"], entry.after["quiet_hours"]) == ([], HOURS)


def test_what_was_exported_changes_nothing_when_it_is_imported(users):
    mappings.change(name="users", actor=None, quiet_hours=HOURS)
    text = files.exported([mappings.get("users")])
    assert load(text).unchanged == ["connection here", "mapping users"]
    assert mappings.get("users").quiet_hours == HOURS


def test_a_file_without_them_clears_them(users):
    mappings.change(name="users", actor=None, quiet_hours=HOURS)
    assert load(FILE.partition("    quiet_hours")[0]).changed == ["mapping users"]
    assert mappings.get("users").quiet_hours == []


@pytest.mark.parametrize(
    ("said", "instead", "line", "mend"),
    [
        ('to: "18:00"', "to: 18:00", 8, 'write it in quotes: "18:00"'),
        ("zone: Asia/Jakarta", "zone: WIB", 8, "Write one as Asia/Jakarta"),
        ("days: [mon, tue]", "days: [monday]", 8, "Give a list of mon, tue"),
        (", zone: UTC", "", 9, "Field required"),
        ('"24:00"', '"22:00"', 9, "from 00:00 to 24:00"),
        ("zone: UTC", "zone: UTC, at: [mon]", 9, "Extra inputs are not permitted"),
        ('from: "22:00"', 'from: "24:00"', 9, "from 00:00"),
    ],
)
def test_what_is_wrong_in_a_file_is_named_by_line_with_the_mend(both, said, instead, line, mend):
    both(USERS)
    assert said in FILE
    with pytest.raises(InvalidRequest) as refusal:
        load(FILE.replace(said, instead))
    assert f"line {line}" in refusal.value.message
    assert mend in refusal.value.message


def test_hours_that_leave_no_time_are_refused(users):
    with pytest.raises(InvalidRequest, match="quiet_hours: They leave no time"):
        mappings.change(
            name="users", actor=None, quiet_hours=[{"from": "00:00", "to": "24:00", "zone": "Asia/Jakarta"}]
        )
