"""REST of drift and alerts, added to the API of `feedback`, which knows nothing of them."""

from drift import tasks
from drift.api_alert_rules import router as alert_rules_router
from drift.api_alert_targets import router as alert_targets_router
from drift.api_alerts import router as alerts_router
from drift.api_drift import router as drift_router
from drift.api_events import router as events_router
from drift.api_reports import router as reports_router
from feedback.api import api

__all__ = ["api", "tasks"]
"""With `tasks` come the stages, so that `stats` and `/metrics` of any process tell their lag."""

api.add_router("/alerts", alerts_router)
api.add_router("/alert-rules", alert_rules_router)
api.add_router("/alert-targets", alert_targets_router)
api.add_router("/drift", reports_router)
api.add_router("/drift", drift_router)
api.add_router("/drift/events", events_router)
