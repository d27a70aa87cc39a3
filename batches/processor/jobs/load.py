"""Models are loaded and warm before the first item comes."""

from batches.processor.submission import QUEUE
from workers.starts import at_start


@at_start(queue=QUEUE)
def load_models() -> None:
    """Loads the default version of each model that is to be warm."""
    from batches.processor.models import InferenceModel
    from batches.processor.runtimes import loaded  # NumPy and the runtimes are for workers alone

    warm = InferenceModel.objects.filter(warm_up=True, default_version__isnull=False).order_by("-is_default", "id")
    for version_id in warm.values_list("default_version_id", flat=True)[: loaded.MOST]:
        loaded.models.get(version_id)
