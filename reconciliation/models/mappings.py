"""Where tables are, and which column is compared with which."""

from django.db import models
from django.db.models.functions import Now

from reconciliation.states import SourceKind


class Connection(models.Model):
    """A cluster or a server. The address has no password: the environment variable that is named here has."""

    id = models.AutoField(primary_key=True)
    name = models.TextField(unique=True)
    kind = models.TextField(choices=SourceKind)
    address = models.TextField(
        blank=True,
        db_default="",
        help_text="cassandra://user@host1,host2:9042/?local_dc=datacenter1 or postgresql://user@host:5432/name; "
        "empty for the database that this installation lives in.",
    )
    password_variable = models.TextField(
        blank=True,
        db_default="",
        help_text="Name of the environment variable (or of its _FILE twin) with the password.",
    )
    options = models.JSONField(default=dict, help_text="consistency (LOCAL_QUORUM), tls, compression, and the like.")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "connection"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Mapping(models.Model):
    """A source table and its copy in PostgreSQL. `name` is the table's name in the API.

    `columns` is a list of objects: source, target (column names), type (canonical), key (true for the columns that
    identify a row, in their order) and rule (see reconciliation/canonical). A change makes it another `version`.
    """

    id = models.AutoField(primary_key=True)
    name = models.TextField(unique=True)
    source = models.ForeignKey(Connection, models.PROTECT, related_name="+")
    source_schema = models.TextField(help_text="Keyspace, or schema of a PostgreSQL source.")
    source_table = models.TextField()
    target = models.ForeignKey(Connection, models.PROTECT, related_name="+")
    target_schema = models.TextField(db_default="public")
    target_table = models.TextField()
    columns = models.JSONField()
    timestamp_column = models.TextField(
        blank=True, db_default="", help_text="Target column that says when a row was written; TIMESTAMP_RANGE needs it."
    )
    token_column = models.TextField(
        blank=True, db_default="", help_text="Indexed bigint of the target with the source's partition token."
    )
    enabled = models.BooleanField(db_default=True)
    version = models.IntegerField(db_default=1)
    interval_minutes = models.IntegerField(null=True, blank=True, help_text="Null: RECONCILIATION_INTERVAL_MINUTES.")
    strategy = models.TextField(db_default="CHECKSUM", help_text="Of the scheduled runs.")
    warning_percent = models.FloatField(null=True, blank=True, help_text="Null: the installation's threshold.")
    critical_percent = models.FloatField(null=True, blank=True)
    lag_seconds = models.FloatField(db_default=5.0, help_text="Candidates are read again after this long.")
    chunk_seconds = models.FloatField(db_default=0.5, help_text="What reading one range should take.")
    rows_per_second = models.IntegerField(null=True, blank=True, help_text="At most, from the source. Null: no limit.")
    quiet_hours = models.JSONField(
        default=list,
        db_default=[],
        help_text="Windows in which its tables are not read, as reconciliation.comparing.quiet has them.",
    )
    deletes_allowed = models.BooleanField(db_default=False, help_text="A repair may delete rows of the target.")
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "mapping"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
