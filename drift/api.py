"""REST of drift and alerts, added to the API of `feedback`, which knows nothing of them."""

from feedback.api import api

__all__ = ["api"]
