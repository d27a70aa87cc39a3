"""How the processor is configured."""

from batches.processor.configuration import Settings, effective
from batches.processor.models import ProcessorSetting
from batches.processor.states import ENGINE_CLASSES
from workers.models import PriorityClass


def settings_now() -> Settings:
    """As the next batch will find it."""
    stored = ProcessorSetting.objects.values("max_batch_size", "max_wait_time_ms", "enable_dynamic_batching").get()
    weights = dict(PriorityClass.objects.values_list("name", "weight"))
    return effective(stored, {name.value: float(weights[known]) for name, known in ENGINE_CLASSES.items()})
