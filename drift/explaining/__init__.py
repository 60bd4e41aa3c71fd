"""Why an alarm of drift came, for people: the conversations that tell most, the words, and a report of all metrics.

Nothing here raises an alarm: `drift.detection` did, and what is explained agrees with it.
"""
