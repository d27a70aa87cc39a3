"""`/api/v1/transform/...`: the contract's three endpoints, what a batch gave, and the pipelines."""

from django.urls import path

from . import batches, pipeline_versions, pipelines, submit, try_out

urlpatterns = [
    path("transform/batch", submit.BatchesView.as_view(), name="transform-batches"),
    path("transform/batch/<str:batch_id>", batches.BatchView.as_view(), name="transform-batch"),
    path("transform/batch/<str:batch_id>/results", batches.ResultsView.as_view(), name="transform-results"),
    path("transform/batch/<str:batch_id>/errors", batches.ErrorsView.as_view(), name="transform-errors"),
    path("transform/batch/<str:batch_id>/cancel", batches.CancelView.as_view(), name="transform-cancel"),
    path("transform/pipelines", pipelines.PipelinesView.as_view(), name="transform-pipelines"),
    path("transform/pipelines/<str:name>", pipelines.PipelineView.as_view(), name="transform-pipeline"),
    path(
        "transform/pipelines/<str:name>/versions",
        pipeline_versions.PipelineVersionsView.as_view(),
        name="transform-pipeline-versions",
    ),
    path(
        "transform/pipelines/<str:name>/versions/<int:number>",
        pipeline_versions.PipelineVersionView.as_view(),
        name="transform-pipeline-version",
    ),
    path(
        "transform/pipelines/<str:name>/versions/<int:number>/activate",
        pipeline_versions.ActivateView.as_view(),
        name="transform-pipeline-activate",
    ),
    path("transform/try-out", try_out.TryOutView.as_view(), name="transform-try-out"),
]
