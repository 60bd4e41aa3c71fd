from django.apps import AppConfig


class TracingConfig(AppConfig):
    name = "tracing"

    def ready(self) -> None:
        from tracing.access import logins  # noqa: F401 -- Django's signals find its functions
