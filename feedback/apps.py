from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "feedback"

    def ready(self) -> None:
        from feedback.flywheel import places  # noqa: F401 -- Django's signals find its functions
