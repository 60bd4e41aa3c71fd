"""Days of figures come in, alarms with likely causes go out: pure statistics, with no store and no clock.

`metrics` names what is watched, `series` turns days into standard scores against their past, `e_detector` adds them up
to evidence, `watch` walks the days of a segment and raises alarms, `causes` says why.
"""
