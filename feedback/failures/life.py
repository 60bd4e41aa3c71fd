"""What is known of a failure mode comes in; the state that people see goes out, and what happens to it by itself."""

from datetime import datetime, timedelta
from typing import Literal

ShownState = Literal["new", "ongoing", "regressed", "resolved", "ignored"]
NEW_FOR = timedelta(days=7)
OPEN = "open"


def show_state(
    state: str, found_at: datetime, regressed_at: datetime | None, now: datetime, *, is_touched: bool
) -> ShownState:
    """An open mode is back after it had been resolved, or new for a week, unless somebody dealt with it, or ongoing."""
    if state == "resolved" or state == "ignored":
        return state
    if regressed_at is not None:
        return "regressed"
    return "new" if now - found_at < NEW_FOR and not is_touched else "ongoing"
