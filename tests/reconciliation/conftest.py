"""What the tests of reconciliation share: a real Cassandra, started when the first test asks for it."""

from tests.cassandra import cassandra  # noqa: F401  fixture
