"""Statements and their answers: pages of raw rows, many small questions at once, errors as the protocol has them."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from cassandra import RequestValidationException
from cassandra.cluster import ResponseFuture
from cassandra.concurrent import execute_concurrent

from reconciliation.definition import Place
from reconciliation.sources.protocol import NothingRead, ReadTimeout, SchemaChanged, SourceError

from .address import address
from .cql import Cql, of_driver
from .errors import RAISED, lost, slow, translated
from .moments import Bound
from .raw import Page
from .sessions import ROWS, Link, Statement, forget, link
from .table import Table, described

PAGE_BYTES = 1_000_000
FEWEST, FIRST, MOST = 10, 100, 5_000  # rows of a page: the first, of unknown weight, is small
CONCURRENT = 64
NOW = "SELECT toUnixTimestamp(now()) FROM system.local"

Types = tuple[Cql, ...]
Wire = Sequence[bytes | None]


class Asking:
    """Asks about one table. `Link` and statements are the process's, what is here is of one thread."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._address = address(place)
        self._known: dict[str, list[Any]] = {}

    def table(self) -> Table:
        """The table as the schema has it now."""
        with self._told() as current:
            return described(current.session, self.place)

    def server(self) -> str:
        """What answers: product, version, name of the cluster."""
        with self._told() as current:
            name, version = current.session.execute("SELECT cluster_name, release_version FROM system.local").one()
        return f"Cassandra {version}, cluster {name}"

    def now(self) -> int:
        """The second since 1970 by the clock of the cluster."""
        with self._told() as current:
            [milliseconds] = current.session.execute(NOW).one()
        return int(milliseconds) // 1_000

    def pages(self, cql: str, values: Wire, types: Types, moment: int | None = None) -> Generator[Page]:
        """The rows, as of that second, in pages of about a megabyte; while one is used, the next is on its way.

        Raises `SchemaChanged` when the columns are not of these types any more.
        """
        with self._told() as current:
            statement = current.statement(cql)
            future = _sent(current, statement, values, None, moment)
        late: type[ReadTimeout] = NothingRead
        while True:
            with self._told(lambda: self._changed(cql, types), late):
                result = future.result()
                page, state = result.current_rows, result.paging_state
                self._check(cql, result.column_types, types)
                _weigh(statement, page)
                following = _sent(current, statement, values, state, moment) if state else None
            if page:
                late = ReadTimeout
                yield page
            if following is None:
                return
            future = following

    def each(self, cql: str, values: Sequence[Wire], types: Types, moment: int | None = None) -> Iterator[list[Any]]:
        """The rows that each of these values gives, in their order, asked many at once.

        Fewer would take as long: raises `SourceError` where one is not answered in time, never `ReadTimeout`.
        """
        with self._told(lambda: self._changed(cql, types)) as current:
            statement = current.statement(cql)
            questions = [(_bound(statement, one, moment), None) for one in values]
            answers = execute_concurrent(
                current.session, questions, concurrency=CONCURRENT, results_generator=True, execution_profile=ROWS
            )
            for answer in answers:
                self._check(cql, answer.result_or_exc.column_types, types)
                yield list(answer.result_or_exc)

    @contextmanager
    def _told(
        self, changed: Callable[[], SchemaChanged | None] | None = None, late: type[SourceError] = SourceError
    ) -> Iterator[Link]:
        """Without `changed` it is the schema that is asked for, or as little: a cluster that doesn't answer that hangs,
        and its session is given up."""
        current = link(self._address)
        try:
            yield current
        except RAISED as error:
            if lost(error) or (changed is None and slow(error)):
                forget(current)
            elif changed and (why := changed()):
                raise why from error
            raise translated(error, self._address, late) from error

    def _check(self, cql: str, found: list[Any], types: Types) -> None:
        """The bytes mean something else when the table was changed under the statement."""
        if found == self._known.get(cql):
            return
        if tuple(of_driver(one) for one in found) != types:
            raise self._changed(cql, types) or self._schema_changed()
        self._known[cql] = found

    def _changed(self, cql: str, types: Types) -> SchemaChanged | None:
        """Whether the table is another than the statement was made for; None when it isn't.

        Raises `SourceError` when the cluster doesn't answer that either.
        """
        try:
            with self._told() as current:
                described(current.session, self.place)
                metadata = current.session.prepare(cql).result_metadata
        except SchemaChanged as error:
            return error
        except SourceError as error:
            if isinstance(error.__cause__, RequestValidationException):  # it can't be prepared any more
                return self._schema_changed()
            raise
        return None if tuple(of_driver(column[3]) for column in metadata) == types else self._schema_changed()

    def _schema_changed(self) -> SchemaChanged:
        return SchemaChanged(
            f"{self.place.connection}: the columns of {self.place.schema}.{self.place.table} were changed while it was "
            "read. Correct the mapping if need be, and compare again."
        )


def _bound(statement: Statement, values: Wire, moment: int | None) -> Bound:
    """The driver would encode values of Python; these are encoded already."""
    bound = Bound(statement.prepared)
    bound.values, bound.moment = list(values), moment
    return bound


def _sent(current: Link, statement: Statement, values: Wire, state: bytes | None, moment: int | None) -> ResponseFuture:
    bound = _bound(statement, values, moment)
    weight = statement.row_bytes
    bound.fetch_size = FIRST if weight is None else max(FEWEST, min(MOST, int(PAGE_BYTES / weight)))
    return current.session.execute_async(bound, paging_state=state, execution_profile=ROWS)


def _weigh(statement: Statement, page: Page) -> None:
    """Rows that get heavier count at once, lighter ones by and by."""
    if page:
        weight = len(page.sent) / len(page)
        statement.row_bytes = max(weight, (statement.row_bytes or 0.0) * 0.5 + weight * 0.5)
