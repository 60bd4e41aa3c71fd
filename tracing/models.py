"""Projects and the keys that apps send with: the workflow side of tracing, kept in Django's database."""

from django.db import models

DEFAULT_PROJECT = "default"
DEMO_PROJECT = "demo"


class Project(models.Model):
    """Whose data a row is. Its number stands in every row of ClickHouse as `project_id`."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)
    retention_days = models.PositiveIntegerField(null=True, blank=True)
    """Rows go so many days after they were written; 0 keeps them for ever, None means the installation's setting."""

    def __str__(self) -> str:
        return self.slug


class ApiKey(models.Model):
    """A project's key. Only its SHA-256 digest is kept; keys are random, so no slow hash is needed."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="keys")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=20)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.prefix}… of {self.project.slug}"


class StageLease(models.Model):
    """Which process works on a stage, until when: two at once would undo each other's conversations."""

    stage = models.CharField(max_length=50, unique=True)
    holder = models.CharField(max_length=200)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.stage}: {self.holder}"


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
