"""Who may do what: the one place that answers "which project, with which rights" for pages, REST, OTLP and commands.

An installation that is bound to a loopback address and has no user is open: no login and no key, but only requests
that a local program or its own pages made. The first user closes pages, REST and OTLP alike.
"""
