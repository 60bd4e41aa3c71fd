"""Projects and the keys that apps send with: the workflow side of tracing, kept in Django's database."""

from typing import Any

from django.conf import settings
from django.db import models

from tracing.access.rights import Role

DEFAULT_PROJECT = "default"
DEFAULT_PROJECT_ID = 1
"""Of the migration that makes it; the tables of ClickHouse give it to rows without a project."""
DEMO_PROJECT = "demo"


class Project(models.Model):
    """Whose data a row is. Its number stands in every row of ClickHouse as `project_id`."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)
    retention_days = models.PositiveIntegerField(null=True, blank=True)
    """Rows go so many days after they were written; 0 keeps them for ever, None means the installation's setting."""
    text_hours = models.PositiveIntegerField(null=True, blank=True)
    """Texts are kept for so many hours: 0 not at all, None for as long as everything else."""
    purge_texts_before = models.DateTimeField(null=True, blank=True)
    """Somebody asked for the texts of what came in before then to go, whatever `text_hours` says."""
    texts_purged_until = models.DateTimeField(null=True, blank=True)
    """What came in before then has no texts any more."""
    days_by_kind = models.JSONField(default=dict, blank=True)
    """The same for kinds of data that are kept otherwise: days by `tracing.retention.Kind`."""

    def __str__(self) -> str:
        return self.slug


class Membership(models.Model):
    """That a user is in a project, and what they are there."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["project", "user"], name="once_in_a_project"),)

    def __str__(self) -> str:
        return f"{self.user} is {self.role} in {self.project.slug}"


class Invitation(models.Model):
    """That somebody may join a project by a link. Only the digest of what stands in the link is kept."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.CharField(max_length=254)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.email} as {self.role} in {self.project.slug}"


class ApiKey(models.Model):
    """A project's key. Only its SHA-256 digest is kept; keys are random, so no slow hash is needed."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="keys")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=30, db_index=True)
    """The beginning of the key, by which people tell keys apart."""
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    """What it is for: values of `access.rights.Scope`."""
    origins = models.JSONField(default=list, blank=True)
    """Of a key for browsers: the origins whose pages may use it."""
    requests_per_minute = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=254, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    """To the minute."""

    def __str__(self) -> str:
        return f"{self.prefix}… of {self.project.slug}"


class WrittenOnceError(Exception):
    """Somebody tried to change or delete what is written once."""

    def __init__(self) -> None:
        super().__init__("Entries of the audit log are written once; they are neither changed nor deleted.")


class WrittenOnce(models.QuerySet["AuditEntry"]):
    """Rows that can be added and read."""

    def update(self, **_fields: object) -> int:
        raise WrittenOnceError

    def delete(self) -> tuple[int, dict[str, int]]:
        raise WrittenOnceError

    def bulk_update(self, *_arguments: object, **_options: object) -> int:
        raise WrittenOnceError


class AuditEntry(models.Model):
    """Something that somebody changed or exported. Entries are written once; they outlive their project."""

    at = models.DateTimeField(auto_now_add=True)
    project = models.ForeignKey(Project, on_delete=models.SET_NULL, null=True, related_name="audit")
    project_slug = models.CharField(max_length=50, blank=True)
    actor_kind = models.CharField(max_length=10)
    actor = models.CharField(max_length=254, blank=True)
    action = models.CharField(max_length=100)
    target = models.CharField(max_length=300, blank=True)
    details = models.JSONField(default=dict, blank=True)
    address = models.CharField(max_length=45, blank=True)
    """The network address that the request came from."""

    objects = WrittenOnce.as_manager()

    class Meta:
        indexes = (models.Index(fields=["project", "-id"], name="audit_of_a_project"),)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor}: {self.action} {self.target}"

    def save(self, *arguments: Any, **options: Any) -> None:
        if self.pk is not None:
            raise WrittenOnceError
        super().save(*arguments, **options)

    def delete(self, *_arguments: object, **_options: object) -> tuple[int, dict[str, int]]:
        raise WrittenOnceError


class StageLease(models.Model):
    """Which process works on a stage, until when: two at once would undo each other's conversations."""

    stage = models.CharField(max_length=50, unique=True)
    holder = models.CharField(max_length=200)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.stage}: {self.holder}"


class WorkerPulse(models.Model):
    """That a process works: when it was last seen to, and what it is at."""

    holder = models.CharField(max_length=200, unique=True)
    at = models.DateTimeField()
    task = models.CharField(max_length=100, blank=True, default="")
    """Empty: it waits for the next."""
    task_since = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.holder} at {self.at}"


class StageMinute(models.Model):
    """What a stage did in a minute, in all processes, and how far it was behind in it."""

    stage = models.CharField(max_length=50)
    minute = models.DateTimeField()
    done = models.PositiveBigIntegerField(default=0)
    seconds = models.FloatField(default=0.0)
    """That its batches took, beside each other."""
    lag_seconds = models.FloatField(null=True, blank=True)
    """None where nobody looked."""
    waiting = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["stage", "minute"], name="one_row_a_stage_and_minute"),)
        indexes = (models.Index(fields=["minute"], name="stages_by_minute"),)

    def __str__(self) -> str:
        return f"{self.stage} at {self.minute}"


class ProjectPrice(models.Model):
    """What a project pays for a model; it wins over the tables that Tacit brings. US dollars for a million tokens."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="prices")
    provider = models.CharField(max_length=100, blank=True)
    """As the convention says it; empty means any."""
    model = models.CharField(max_length=300)
    input = models.FloatField()
    output = models.FloatField()
    cache_read = models.FloatField(null=True, blank=True)
    cache_write = models.FloatField(null=True, blank=True)
    cache_write_1h = models.FloatField(null=True, blank=True)
    reasoning = models.FloatField(null=True, blank=True)
    audio_input = models.FloatField(null=True, blank=True)
    audio_output = models.FloatField(null=True, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    """The first day on which it no longer holds."""

    def __str__(self) -> str:
        return f"{self.model} in {self.project.slug}"


class MaskingRules(models.Model):
    """What a project has masked before it is stored, as `tracing.masking` reads it; without a row, its defaults."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="masking")
    kinds = models.JSONField(default=list)
    patterns = models.JSONField(default=list)
    """Objects with `name` and `expression`."""
    dropped = models.JSONField(default=list)
    hides_users = models.BooleanField(default=False)
    changed_at = models.DateTimeField(auto_now=True)
    timeouts = models.JSONField(default=dict)
    """How many texts were left out since the rules were changed, by the pattern that took too long."""

    def __str__(self) -> str:
        return f"Masking of {self.project.slug}"


class Reprocessing(models.Model):
    """That stored spans of a project are to be read again, and how far that has come."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        STOPPED = "stopped"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="reprocessings")
    from_day = models.DateField(null=True)
    to_day = models.DateField(null=True)
    """The last day, included; days are those on which a trace began, in UTC."""
    outdated = models.BooleanField(default=False)
    """Whether only traces are read whose calls were read by another version of the code."""
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    basis = models.CharField(max_length=64, blank=True)
    """What it reads with: begun anew where that changes."""
    version = models.PositiveBigIntegerField(default=0)
    """That of its list of traces in the store."""
    total = models.PositiveBigIntegerField(null=True)
    done = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.state}, {self.done} of {self.total} traces of {self.project.slug}"


class Erasure(models.Model):
    """That a user, a conversation or a time is to be erased, how far that is, and once it is done the receipt."""

    class Kind(models.TextChoices):
        USER = "user"
        CONVERSATION = "conversation"
        TIME = "time"

    class State(models.TextChoices):
        WAITING = "waiting"
        ERASING = "erasing"
        """What goes is listed, and is going."""
        SETTLING = "settling"
        """It went once; it goes again when whoever was at work on it meanwhile has ended."""
        CLEANING = "cleaning"
        """It is gone for good but for files that are removed now, and looked through."""
        DONE = "done"

    OPEN = (State.WAITING, State.ERASING, State.SETTLING, State.CLEANING)

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="erasures")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    subject = models.TextField(blank=True)
    """The id, until it is done."""
    digest = models.CharField(max_length=64, blank=True, db_index=True)
    """Of the id, with a secret: who knows the id finds the receipt."""
    start = models.DateTimeField(null=True)
    end = models.DateTimeField(null=True)
    """Of a time, which ends before it."""
    state = models.CharField(max_length=20, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField(auto_now_add=True)
    asked_by = models.CharField(max_length=254, blank=True)
    began_at = models.DateTimeField(null=True)
    settles_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    rows = models.JSONField(default=dict)
    """How many rows went, by table and place."""
    returned = models.PositiveBigIntegerField(default=0)
    """Rows that were sent again later, and went again."""
    verification = models.JSONField(null=True)
    """As `tracing.erasing.verifying` tells it."""
    problem = models.TextField(blank=True)
    """Why it did not go on; it is tried again."""

    def __str__(self) -> str:
        return f"{self.kind} of {self.project_id}: {self.state}"
