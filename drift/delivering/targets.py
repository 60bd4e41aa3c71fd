"""Where a project's alerts go: what people fill in comes in, rows with sealed settings come out.

What is secret is never shown again, on no page and not by REST: `where` says what may be known. A secret that is left
empty when a target is changed stays as it was.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, transaction

from drift.channels import CHANNELS, Channel, find_channel
from drift.delivering.seals import SealBroken, open_seal, seal
from drift.models import AlertTarget, Delivery
from tracing.models import DEMO_PROJECT, Project

NAME_CHARACTERS, WHERE_CHARACTERS, VALUE_CHARACTERS = 100, 300, 2_000
MOST_TARGETS = 50
"""In a project."""
OLD_SECRET_LASTS = timedelta(days=1)
"""After a webhook's secret was changed, requests are signed with the old one, too, so that no request is refused."""
NAME_TAKEN = "Another target of this project has this name."
SETTINGS_LOST = "Its settings can no longer be read, because the server's secret key was changed: fill them in again."


class TargetProblems(ValueError):  # noqa: N818 - the name says it
    """What was filled in cannot be; a sentence for each field, `settings.<name>` for those of the channel."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)


class SettingsLost(Exception):  # noqa: N818 - the name says it
    """The settings of a target no longer open; the message says what to do."""

    def __init__(self) -> None:
        super().__init__(SETTINGS_LOST)


def list_targets(project: Project) -> list[AlertTarget]:
    return list(AlertTarget.objects.filter(project=project).order_by("name"))


def find_target(project: Project, pk: int) -> AlertTarget | None:
    return AlertTarget.objects.filter(project=project, pk=pk).first()


def save_target(
    project: Project,
    name: str,
    channel: str,
    settings: Mapping[str, str],
    who: str,
    target: AlertTarget | None = None,
    now: datetime | None = None,
) -> AlertTarget:
    """Make a target, or change `target`. Raises TargetProblems."""
    now = now or datetime.now(UTC)
    kept = read_kept(target, channel)
    typed = {key: value.strip() for key, value in settings.items()}
    problems = find_name_problems(project, name.strip(), target) | find_problems(channel, typed, kept)
    if problems:
        raise TargetProblems(problems)
    filled = {each.name: typed.get(each.name) or kept.get(each.name, "") for each in find_channel(channel).settings}
    row = target or AlertTarget(project=project, created_at=now, created_by=who)
    row.name, row.channel = name.strip(), channel
    row.where = find_channel(channel).show(filled)[:WHERE_CHARACTERS]
    row.sealed = seal(filled | remember_old_secret(filled, kept, now))
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        problems = find_name_problems(project, row.name, target)  # somebody else was quicker
        if problems:
            raise TargetProblems(problems) from None
        raise
    return row


def drop_empty(settings: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in settings.items() if value}


def read_kept(target: AlertTarget | None, channel: str) -> dict[str, str]:
    """What stays where it is left empty: what is secret, unless the channel is another or the seal is broken."""
    if target is None or target.channel != channel:
        return {}
    secret = {each.name for each in find_channel(channel).settings if each.is_secret}
    try:
        content = open_seal(target.sealed)
    except SealBroken:
        return {}
    return {key: value for key, value in content.items() if key in secret or key in ("old_secret", "old_until")}


def remember_old_secret(filled: Mapping[str, str], kept: Mapping[str, str], now: datetime) -> dict[str, str]:
    """The secret before this one and until when it signs, too."""
    old = kept.get("secret", "")
    if old and old != filled.get("secret"):
        return {"old_secret": old, "old_until": (now + OLD_SECRET_LASTS).isoformat()}
    return {key: kept[key] for key in ("old_secret", "old_until") if key in kept}


def find_name_problems(project: Project, name: str, target: AlertTarget | None) -> dict[str, str]:
    others = AlertTarget.objects.filter(project=project).exclude(pk__in=[target.pk] if target else [])
    if project.slug == DEMO_PROJECT:
        return {"name": "The demo tells nobody: make the target in a project of your own."}
    if not name.isprintable() or not 1 <= len(name) <= NAME_CHARACTERS:
        return {"name": f"A name has 1 to {NAME_CHARACTERS} characters."}
    if others.filter(name=name).exists():
        return {"name": NAME_TAKEN}
    if target is None and others.count() >= MOST_TARGETS:
        return {"name": f"A project has at most {MOST_TARGETS} targets."}
    return {}


def find_problems(channel: str, typed: Mapping[str, str], kept: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with the settings, by field."""
    if channel not in CHANNELS:
        return {"channel": f"Choose one of {', '.join(CHANNELS)}."}
    known = CHANNELS[channel]
    names = [each.name for each in known.settings]
    if unknown := sorted(set(typed) - set(names)):
        return {"settings": f"{known.title} knows {', '.join(names)}, not {unknown[0]!r:.50}."}
    filled = {**kept, **drop_empty(typed)}
    return find_missing(known, filled) or find_refused(known, filled)


def find_missing(channel: Channel, settings: Mapping[str, str]) -> dict[str, str]:
    return {
        f"settings.{each.name}": f"{each.title}: fill this in."
        for each in channel.settings
        if not settings.get(each.name)
    }


def find_refused(channel: Channel, settings: Mapping[str, str]) -> dict[str, str]:
    """Of a setting alone, or of what the channel says of them all, at the field that it is most likely about."""
    for each in channel.settings:
        if len(settings[each.name]) > VALUE_CHARACTERS or not settings[each.name].isprintable():
            return {f"settings.{each.name}": f"{each.title}: at most {VALUE_CHARACTERS:,} visible characters."}
    try:
        channel.check(settings)
    except ValueError as error:
        field = "secret" if "secret" in str(error).lower() and "secret" in settings else channel.settings[0].name
        return {f"settings.{field}": str(error)}
    return {}


def open_settings(target: AlertTarget, now: datetime | None = None) -> dict[str, str]:
    """What people filled in, with `old_secret` as long as that signs, too. Raises SettingsLost."""
    try:
        content = open_seal(target.sealed)
    except SealBroken:
        raise SettingsLost from None
    until = content.pop("old_until", "")
    if not until or datetime.fromisoformat(until) <= (now or datetime.now(UTC)):
        content.pop("old_secret", None)
    return content


def open_shown_settings(target: AlertTarget) -> dict[str, str]:
    """What of it is no secret, and may be shown to whoever changes it. Raises SettingsLost."""
    shown = [each.name for each in find_channel(target.channel).settings if not each.is_secret]
    filled = open_settings(target)
    return {name: filled[name] for name in shown}


def is_lost(target: AlertTarget) -> bool:
    """Whether its settings have to be filled in again."""
    try:
        open_settings(target)
    except SettingsLost:
        return True
    return False


def switch_target(target: AlertTarget, *, is_on: bool) -> None:
    """Turn it on, or off: what waits for it is then given up."""
    with transaction.atomic():
        AlertTarget.objects.filter(pk=target.pk).update(is_on=is_on)
        if not is_on:
            waiting = Delivery.objects.filter(target=target, state=Delivery.State.WAITING)
            waiting.update(state=Delivery.State.GIVEN_UP, next_at=None)
    target.is_on = is_on


def delete_target(target: AlertTarget) -> None:
    """With all that was sent to it and its log; rules that told it go on without it."""
    target.delete()
