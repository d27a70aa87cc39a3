"""Mappings with how their last comparison ended and what is proved of them."""

from typing import Any

from django.db.models import Count, F, Max, Min, OuterRef, QuerySet, Subquery, Sum

from reconciliation.models import Coverage, IgnoreRule, Mapping, Mismatch, ReconciliationJob
from reconciliation.queries.judging import judging
from reconciliation.states import Resolution

PROOFS = 10  # jobs that a mapping's page shows


def listed() -> QuerySet[Mapping]:
    """Mappings with `last_job_id`, `last_status`, `last_ended_id` (of the job that drift is from), `proved_at`, `open`.

    `proved_at` is of the mapping as it is now: what was proved of an earlier version doesn't count.
    """
    jobs = ReconciliationJob.objects.filter(mapping=OuterRef("pk")).order_by("-created_at")
    proofs = Coverage.objects.filter(mapping=OuterRef("pk"), mapping_version=OuterRef("version")).order_by("-proved_at")
    pending = Mismatch.objects.filter(mapping=OuterRef("pk"), resolution_status=Resolution.PENDING).order_by()
    return Mapping.objects.select_related("source", "target").annotate(
        last_job_id=Subquery(jobs.values("pk")[:1]),
        last_status=Subquery(jobs.values("status")[:1]),
        last_ended_id=judging(jobs),
        proved_at=Subquery(proofs.values("proved_at")[:1]),
        open=Subquery(pending.values("mapping").annotate(n=Count("pk")).values("n")[:1]),
    )


def ended_jobs(mappings: list[Mapping]) -> dict[int, ReconciliationJob]:
    """The comparison that drift is from, by mapping; of mappings that `listed` gave."""
    ids = [mapping.last_ended_id for mapping in mappings if getattr(mapping, "last_ended_id", None)]  # type: ignore[attr-defined]
    return {job.mapping_id: job for job in ReconciliationJob.objects.select_related("mapping").filter(pk__in=ids)}


def coverage(mapping: Mapping) -> list[dict[str, Any]]:
    """What was proved equal, by job, the newest first: ranges, rows, when, and under which versions."""
    proved = Coverage.objects.filter(mapping=mapping).order_by()
    by_job = proved.values("job_id", "mapping_version", "canonical_version", strategy=F("job__validation_strategy"))
    found = by_job.annotate(ranges=Count("pk"), rows=Sum("rows"), since=Min("proved_at"), until=Max("proved_at"))
    return [dict(proof) for proof in found.order_by("-until")[:PROOFS]]


def rules(mapping: Mapping) -> QuerySet[IgnoreRule]:
    """Its ignore rules."""
    return IgnoreRule.objects.filter(mapping=mapping).select_related("created_by")
