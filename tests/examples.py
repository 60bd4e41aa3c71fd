"""How many examples a property is tried with: in `make test` few where each takes long, in `make test-slow` many."""

import os

TIMES = int(os.environ.get("TACIT_TEST_EXAMPLES", "1"))
"""How many times as many as usual are tried (`TACIT_TEST_EXAMPLES`)."""


def count_examples(usual: int) -> int:
    """So many of `usual` as this run is to try."""
    return usual * TIMES
