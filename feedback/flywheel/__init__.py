"""The flywheel's edges: datasets that people define, versions of them that are built beside everything else, and who is
to be forgotten. What rows there are decides `feedback.datasets`, which is pure."""
