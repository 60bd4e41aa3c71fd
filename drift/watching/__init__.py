"""Days of figures are watched: `segments` cuts them up, `alarms` finds what changed and why, `passes` keeps what was
found, `outlooks` has it ready for pages."""
