from django.apps import AppConfig


class TracingConfig(AppConfig):
    name = "tracing"

    def ready(self) -> None:
        from tracing import kept_queries
        from tracing.access import logins  # noqa: F401 -- Django's signals find its functions
        from tracing.audit_log import find_latest_entry

        kept_queries.watch(find_latest_entry)
