"""How large a pipeline may be, so that each of its steps is bounded in memory, and how long a run may take."""

MOST_STEPS = 100
LARGEST = 1024 * 1024  # characters of its JSON
MOST_FIELDS = 1000  # that one step names
LONGEST_NAME = 200
MOST_ENTRIES = 10_000  # of a lookup table
LONGEST_PATTERN = 1000
LONGEST_REPLACEMENT = 100
LONGEST_EXPRESSION = 1000
LONGEST_TEXT = 20_000  # that a regular expression reads, and that a step makes
MOST_DIGITS = 38  # of a decimal, before the point and after it
RUN_SECONDS = 30.0  # of a thread's processor, for the items of a request or a chunk
TRY_SECONDS = 5.0  # the same while a pipeline is tried
MOST_SHOWN = 20_000_000  # bytes of JSON that trying shows, over all items and steps
INT_MIN, INT_MAX = -(2**63), 2**63 - 1  # what every JSON reader of integers takes
