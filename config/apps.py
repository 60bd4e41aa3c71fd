"""The application `config`: it has no tables, and brings the checks of `manage.py check`."""

from django.apps import AppConfig


class ConfigApp(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import checks  # noqa: F401 -- registers them
