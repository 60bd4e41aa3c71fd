"""Facts of conversations come in, P(dissatisfied) and rates with their intervals go out; no store, no Django.

`tabulate` takes facts and verdicts, `fit_satisfaction` learns a project from them, `estimate_conversations` and
`estimate_rates` tell what came of it. How, and when it fails: `docs/satisfaction.md`.
"""

from feedback.satisfaction.defaults import Defaults, load_defaults
from feedback.satisfaction.estimates import Estimates, estimate_conversations
from feedback.satisfaction.facts import Facts, Observation, Verdict
from feedback.satisfaction.intervals import Interval
from feedback.satisfaction.model import Satisfaction, fit_satisfaction
from feedback.satisfaction.rates import Leaning, Rates, ThumbsRate, estimate_rates
from feedback.satisfaction.table import Table, tabulate

__all__ = [
    "Defaults",
    "Estimates",
    "Facts",
    "Interval",
    "Leaning",
    "Observation",
    "Rates",
    "Satisfaction",
    "Table",
    "ThumbsRate",
    "Verdict",
    "estimate_conversations",
    "estimate_rates",
    "fit_satisfaction",
    "load_defaults",
    "tabulate",
]
