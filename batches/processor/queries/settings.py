"""How the processor is configured."""

from batches.processor.configuration import Settings, effective
from batches.processor.models import ProcessorSetting
from batches.processor.states import ENGINE_CLASSES
from workers.models import PriorityClass


def settings_now() -> Settings:
    """As the next batch will find it."""
    stored = ProcessorSetting.objects.values("max_batch_size", "max_wait_time_ms", "enable_dynamic_batching").get()
    known = PriorityClass.objects.values_list("name", "weight")
    weights = {name: float(weight) for name, weight in known if weight is not None}
    return effective(stored, {name.value: weights[of_engine] for name, of_engine in ENGINE_CLASSES.items()})
