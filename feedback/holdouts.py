"""The holdout of each project, from Django's database and into it."""

from feedback.datasets.holdout import Holdout
from feedback.models import HoldoutSetting


def load_holdout(project_id: int) -> Holdout:
    """Who is held out in a project: nobody, until it says so."""
    setting = HoldoutSetting.objects.filter(project_id=project_id).first()
    return Holdout(setting.share, setting.secret) if setting else Holdout()


def set_holdout(project_id: int, share: float) -> None:
    """Hold out so many users (0 to 0.5). The secret stays, and so do the users, when the share changes."""
    HoldoutSetting.objects.update_or_create(project_id=project_id, defaults={"share": share})
