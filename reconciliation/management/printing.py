"""Mappings, proposals and trials on a terminal."""

import json
from typing import Any

from reconciliation import drift
from reconciliation.canonical.notation import written
from reconciliation.models import Mapping, ReconciliationJob
from reconciliation.services.mappings import Proposal, Trial
from reconciliation.services.mappings.files import Imported

NO_MAPPING = "There is no mapping yet. `manage.py mapping propose --save` or `mapping import FILE` makes one."


def listed(mapping: Mapping, ended: ReconciliationJob | None) -> dict[str, Any]:
    """A mapping of `queries.mappings.listed` with the last comparison that came to its end."""
    return {
        "name": mapping.name,
        "enabled": mapping.enabled,
        "source": f"{mapping.source.name}:{mapping.source_schema}.{mapping.source_table}",
        "target": f"{mapping.target.name}:{mapping.target_schema}.{mapping.target_table}",
        "version": mapping.version,
        "last_job": getattr(mapping, "last_status", None),
        "drift_percentage": drift.percent(ended) if ended else None,
        "open_mismatches": getattr(mapping, "open", None) or 0,
        "proved_at": getattr(mapping, "proved_at", None),
    }


def line(one: dict[str, Any]) -> str:
    """One mapping."""
    ended = "not compared yet" if one["last_job"] is None else one["last_job"]
    apart = "" if one["drift_percentage"] is None else f"  drift {drift.words(one['drift_percentage'])}"
    disabled = "" if one["enabled"] else "  disabled"
    return f"{one['name']}  {one['source']} -> {one['target']}  {ended}{apart}{disabled}"


def imported(done: Imported, dry_run: bool) -> list[str]:
    """What a file did, and one line of summary."""
    lines = [f"created {name}" for name in done.created] + [f"changed {name}" for name in done.changed]
    counts = f"{len(done.created)} created, {len(done.changed)} changed, {len(done.unchanged)} unchanged"
    return [*lines, f"{counts}{': a dry run, nothing was kept' if dry_run else ''}."]


def proposal(found: Proposal, saved: Mapping | None) -> list[str]:
    """Pairs, what can't be compared, what is left over, and one line of summary."""
    lines = []
    for pair in found.pairs:
        names = f"{pair.source.name} -> {pair.target.name}"
        if pair.type is None:
            lines.append(f"{names}  REFUSED: {pair.refusal}")
            continue
        offers = "".join(f"  ({offer.words}, if {offer.reason})" for offer in pair.offers)
        lines.append(f"{names}  {written(pair.type)}{'  key' if pair.key else ''}{offers}")
    lines += [f"{column.name}  only in the source" for column in found.only_source]
    lines += [f"{column.name}  only in the target" for column in found.only_target]
    told = f"Saved as {saved.name}." if saved else "Nothing was saved; --save makes the mapping."
    return [*lines, f"{len(found.columns)} pairs, {len(found.refused)} refused. {told}"]


def trial(found: Trial) -> list[str]:
    """Rows that differ, and one line of summary."""
    if not found.rows:
        return ["The source has no rows: nothing to try."]
    lines = []
    for place, row in enumerate(found.rows, start=1):
        if row.missing:
            lines.append(f"row {place}: no copy")
        lines += [
            f"row {place}: {cell.column}: {_json(cell.source)} is {_json(cell.target)} in the target"
            for cell in row.cells
            if not cell.equal and not row.missing
        ]
    return [*lines, f"{found.equal} of {len(found.rows)} rows equal."]


def trial_document(found: Trial) -> dict[str, Any]:
    """As JSON."""
    rows = [
        {"missing": row.missing, "equal": row.equal, "columns": [vars(cell) for cell in row.cells]}
        for row in found.rows
    ]
    return {"rows": rows, "equal": found.equal, "differing": found.differing}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
