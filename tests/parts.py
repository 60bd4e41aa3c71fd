"""Programs that a machine may lack: their tests are skipped and listed, unless `TACIT_TEST_REQUIRE=all`."""

import os

import pytest


def need(part: str, found: object) -> None:
    """Go on where `part` was found. Else skip the test, or fail it where every part is required."""
    if found:
        return
    reason = f"{part} is not on this machine (Debian has a package of it; .ci/run installs what `make test` needs)"
    if os.environ.get("TACIT_TEST_REQUIRE") == "all":
        pytest.fail(reason)
    pytest.skip(reason)
