"""Backups: both databases, the files of datasets and the secret key go into one directory with a manifest, and come out
of it as an installation that holds the same."""


class BackupError(Exception):
    """Nothing was backed up or restored; the message says what to do."""
