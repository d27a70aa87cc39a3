"""Jobs as a client submits them."""

from typing import Annotated, Any, Literal, Self

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from workers.documents.shapes import WHOLE, Given, Moment, Name
from workers.services.specs import DEFAULT_QUEUE, Dependency, JobSpec

A_DAY = 86_400
A_YEAR = 365 * A_DAY
MOST_ATTEMPTS = 1000

JobId = Annotated[Name, Field(description="Its name in the execution", examples=["job-1"])]
OnFailure = Annotated[
    Literal["cancel", "fail", "ignore"],
    Field(description="What becomes of this job when that one fails or is cancelled; `ignore` waits for its end only"),
]


class DependencyBody(Given):
    """A job to wait for."""

    id: JobId
    on_failure: OnFailure = "cancel"

    def dependency(self) -> Dependency:
        """The same for the service."""
        return Dependency(self.id, self.on_failure)


def _named(value: Any) -> Any:
    if isinstance(value, str):
        return {"id": value}
    if not isinstance(value, dict):
        raise ValueError("Must be the id of a job, or an object with one.")
    return value


def _each_named(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    """Of two possible forms pydantic says what is wrong with either; then all are looked at as objects instead. Taking
    each for an object from the start would make a long submission take a quarter longer."""
    try:
        return validate(value)
    except ValidationError:
        return _AS_OBJECTS.validate_python(value)


_AS_OBJECTS = TypeAdapter(list[Annotated[DependencyBody, BeforeValidator(_named)]], config=ConfigDict(strict=True))
Dependencies = Annotated[list[JobId | DependencyBody], WrapValidator(_each_named)]


class JobBody(Given):
    """A job of a graph. Options left out come from the handler of its type, where this installation has it."""

    id: JobId
    name: Annotated[Name, Field(description="For people")] | None = None
    type: Annotated[Name, Field(description="Says which handler runs it", examples=["noop"])]
    depends_on: Dependencies = Field([], description="Jobs that have to end before, by id")
    config: dict[str, Any] = Field({}, description="What the handler gets")
    queue: Name = Field(DEFAULT_QUEUE, description="A new name makes a queue")
    priority: Annotated[str, Field(json_schema_extra={"enum": ["urgent", "high", "normal", "low", "idle"]})] = "normal"
    run_at: Moment | None = Field(None, description="Not before this moment")
    delay_seconds: Annotated[float, Field(ge=0, le=A_YEAR)] | None = Field(None, description="Or: not before so long")
    max_attempts: Annotated[int, Field(ge=1, le=MOST_ATTEMPTS), WHOLE] | None = None
    backoff_seconds: Annotated[float, Field(ge=0, le=A_DAY)] | None = Field(
        None, description="Before the second attempt; doubled for each further one"
    )
    timeout_seconds: Annotated[float, Field(gt=0, le=A_YEAR)] | None = Field(None, description="Of one attempt")
    requires: Annotated[list[Name], Field(max_length=20)] = Field(
        [],
        description="What its worker must have: capabilities, and comparisons with the worker's metadata",
        examples=[["gpu", "memoryGB >= 32"]],
    )

    @model_validator(mode="after")
    def _one_start(self) -> Self:
        if self.run_at is not None and self.delay_seconds is not None:
            raise ValueError("Give runAt or delaySeconds, not both.")
        return self

    def spec(self) -> JobSpec:
        """The same for the service."""
        return JobSpec(
            key=self.id,
            name=self.name,
            type=self.type,
            payload=self.config,
            depends_on=tuple(one if isinstance(one, str) else one.dependency() for one in self.depends_on),
            queue=self.queue,
            priority=self.priority,
            requires=tuple(self.requires),
            max_attempts=self.max_attempts,
            backoff_seconds=self.backoff_seconds,
            timeout_seconds=self.timeout_seconds,
            run_at=self.run_at,
            delay_seconds=self.delay_seconds,
        )


Jobs = Annotated[list[JobBody], Field(json_schema_extra={"minItems": 1, "maxItems": 100_000})]
"""How many there may be is the engine's to say: its errors have codes of their own."""
