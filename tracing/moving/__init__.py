"""Moving: what an installation with embedded databases holds goes into a ClickHouse server and into PostgreSQL, and is
compared there, row by row. What it comes from is only read."""


class MoveError(Exception):
    """Not everything is where it should go; the message says what to do."""
