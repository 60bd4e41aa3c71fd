"""What is known of a project's ways, what drifted, the rules that alert and where alerts go, in Django's database.

Figures stand in ClickHouse; here stands what people change, and what a pass has to find again after a crash.
"""

from django.db import models


class TopicModel(models.Model):
    """What a project's users write about, and in which language: what its days are counted by, made anew as the project
    grows."""

    project = models.OneToOneField("tracing.Project", on_delete=models.CASCADE, related_name="topic_model")
    version = models.PositiveBigIntegerField()
    """When it was learnt, in microseconds since the epoch."""
    archive = models.BinaryField()
    """Centres, as `drift.observing.topics` packs them."""
    names = models.JSONField(default=list)
    """By topic, in words."""
    language = models.CharField(max_length=20, blank=True, default="")
    """In which most write."""
    learnt_from = models.PositiveIntegerField()
    """Conversations that there were."""

    def __str__(self) -> str:
        return f"{len(self.names)} topics of {self.project_id}"


class LedgerState(models.Model):
    """What the ledger of one service and environment knows, see `drift.ledger`."""

    project = models.ForeignKey("tracing.Project", on_delete=models.CASCADE, related_name="ledger_states")
    service_name = models.CharField(max_length=300, blank=True)
    environment = models.CharField(max_length=300, blank=True)
    archive = models.BinaryField()
    """JSON, compressed."""
    read_until_ns = models.BigIntegerField(default=0)
    """Start of the latest call that was read."""
    saved = models.PositiveBigIntegerField(default=0)
    """How often it was, so that a process knows whether what it remembers is what stands here."""

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["project", "service_name", "environment"], name="one_ledger_a_segment"),
        )

    def __str__(self) -> str:
        return f"ledger of {self.service_name} in {self.environment} of {self.project_id}"


class LedgerEvent(models.Model):
    """Something that the app or the provider changed, at the first call that had it, as `drift.ledger.Event`."""

    project = models.ForeignKey("tracing.Project", on_delete=models.CASCADE, related_name="ledger_events")
    service_name = models.CharField(max_length=300, blank=True)
    environment = models.CharField(max_length=300, blank=True)
    field = models.CharField(max_length=50)
    name = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=10)
    prompt = models.CharField(max_length=300, blank=True)
    old = models.TextField(blank=True)
    new = models.TextField(blank=True)
    old_digest = models.CharField(max_length=100, blank=True)
    digest = models.CharField(max_length=100, blank=True)
    time_ns = models.BigIntegerField()
    trace_id = models.CharField(max_length=32, blank=True)
    span_id = models.CharField(max_length=16, blank=True)
    told_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["project", "service_name", "environment", "field", "name", "prompt", "trace_id", "span_id"],
                name="one_event_a_change",
            ),
        )
        indexes = (models.Index(fields=["project", "time_ns"], name="ledger_events_by_time"),)

    def __str__(self) -> str:
        return f"{self.field} {self.name} {self.kind} in {self.project_id}"


class DriftAlarm(models.Model):
    """A segment whose days are no longer like those before. It freezes the segment until its change is accepted as the
    new normal, by a person or because it has lasted, or until the old ways are back."""

    class State(models.TextChoices):
        OPEN = "open"
        ACCEPTED = "accepted"
        GONE = "gone"

    project = models.ForeignKey("tracing.Project", on_delete=models.CASCADE, related_name="drift_alarms")
    segment = models.JSONField()
    """As `drift.watching.segments.SegmentName` writes it."""
    segment_key = models.CharField(max_length=100)
    also = models.JSONField(default=list)
    """Keys of the other segments that the same change was seen in: its whole, or its parts."""
    day = models.DateField()
    """On which the evidence passed the bound."""
    started = models.DateField()
    score = models.FloatField()
    bound = models.FloatField()
    cause = models.CharField(max_length=30)
    causes = models.JSONField(default=list)
    """The likeliest two: {cause, share, sentence, events: [ids]}."""
    families = models.JSONField(default=dict)
    """By family, its share of the evidence."""
    aspects = models.JSONField(default=dict)
    moves = models.JSONField(default=list)
    """As `drift.detection.watch.Move`, days as dates."""
    examples = models.JSONField(null=True, blank=True)
    """Conversations: {before: [{conversation_id, score}], after: […], auc}; None until they were looked for."""
    found_at = models.DateTimeField()
    state = models.CharField(max_length=20, choices=State.choices, default=State.OPEN)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=254, blank=True, default="")
    """Empty: by itself."""
    gone_since = models.DateField(null=True, blank=True)
    """The first day on which the old ways were back."""

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["project", "segment_key", "started"], name="one_alarm_a_change"),
        )
        indexes = (models.Index(fields=["project", "day"], name="drift_alarms_by_day"),)

    def __str__(self) -> str:
        return f"{self.cause} since {self.started} in {self.segment_key} of {self.project_id}"


class DriftOutlook(models.Model):
    """How the days of a project's segments looked to the latest pass, as `drift.watching.outlooks` writes it."""

    project = models.OneToOneField("tracing.Project", on_delete=models.CASCADE, related_name="drift_outlook")
    archive = models.BinaryField()
    """JSON, compressed."""
    version = models.PositiveBigIntegerField()
    """Of the latest row of days that it looked at, in microseconds since the epoch."""
    until = models.DateField()
    """The last day that it judged."""
    watched_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"outlook of {self.project_id} until {self.until}"


class DriftReport(models.Model):
    """A statistical report behind an alarm, made on demand."""

    class State(models.TextChoices):
        WAITING = "waiting"
        READY = "ready"
        FAILED = "failed"

    alarm = models.OneToOneField(DriftAlarm, on_delete=models.CASCADE, related_name="report")
    state = models.CharField(max_length=20, choices=State.choices, default=State.WAITING)
    html = models.BinaryField(null=True, blank=True)
    """Compressed."""
    size = models.PositiveIntegerField(default=0)
    """Bytes of the page that it is."""
    attempts = models.PositiveSmallIntegerField(default=0)
    """How often it was begun since it was asked for."""
    asked_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True, blank=True)
    """The latest time."""
    made_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=500, blank=True, default="")

    def __str__(self) -> str:
        return f"report of alarm {self.alarm_id}: {self.state}"


class AlertTarget(models.Model):
    """Where alerts go, over one of `drift.channels`."""

    project = models.ForeignKey("tracing.Project", on_delete=models.CASCADE, related_name="alert_targets")
    name = models.CharField(max_length=100)
    channel = models.CharField(max_length=30)
    where = models.CharField(max_length=300)
    """As the channel shows it: nothing secret."""
    sealed = models.BinaryField()
    """What people filled in, encrypted."""
    is_on = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=254, blank=True, default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["project", "name"], name="one_alert_target_a_name"),)

    def __str__(self) -> str:
        return f"{self.name} ({self.channel}) of {self.project_id}"


class AlertRule(models.Model):
    """When somebody wants to be told, and where."""

    class Kind(models.TextChoices):
        THRESHOLD = "threshold"
        DRIFT = "drift"
        CHANGE = "change"
        """What the ledger saw."""
        FAILURE_MODE = "failure_mode"
        CONVERSATION = "conversation"
        """One conversation that needs a person now."""
        STAGE = "stage"
        """A stage of Tacit itself is behind."""

    class Comparison(models.TextChoices):
        ABOVE = "above"
        BELOW = "below"

    class Severity(models.TextChoices):
        INFO = "info"
        WARNING = "warning"
        CRITICAL = "critical"

    project = models.ForeignKey("tracing.Project", on_delete=models.CASCADE, related_name="alert_rules")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    is_on = models.BooleanField(default=True)
    is_builtin = models.BooleanField(default=False)
    """Every project begins with it; it is switched off, not deleted."""
    severity = models.CharField(max_length=10, choices=Severity.choices, default=Severity.WARNING)
    filter = models.TextField(blank=True, default="")
    """In the language of filters, over conversations."""
    metric = models.CharField(max_length=50, blank=True, default="")
    """Of a threshold; of drift empty for all."""
    comparison = models.CharField(max_length=10, choices=Comparison.choices, default=Comparison.ABOVE)
    value = models.FloatField(null=True, blank=True)
    """Of a threshold; of a stage minutes that it may be behind."""
    window_minutes = models.PositiveIntegerField(default=60)
    least_count = models.PositiveIntegerField(default=30)
    """Conversations in the window, fewer of which say nothing."""
    group_by = models.CharField(max_length=30, blank=True, default="")
    """Empty, service, environment, model or prompt_version: each an alert of its own."""
    choices = models.JSONField(default=list)
    """Of a change the fields of the ledger, of a failure mode what happened to it, of a conversation what happened in
    it, of a stage the stages; empty for all."""
    cooldown_minutes = models.PositiveIntegerField(default=60)
    """After an alert was resolved, so long nobody is told of the same again."""
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    """UTC. Meanwhile nothing is sent; what still holds after it is."""
    muted_until = models.DateTimeField(null=True, blank=True)
    targets = models.ManyToManyField(AlertTarget, blank=True, related_name="rules")
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=254, blank=True, default="")
    looked_until = models.DateTimeField(null=True, blank=True)
    """Up to when what happened was looked at."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=["project", "name"], name="one_alert_rule_a_name"),)

    def __str__(self) -> str:
        return f"{self.name} ({self.kind}) of {self.project_id}"


class Alert(models.Model):
    """Something that a rule found, from when it began until it is over."""

    class State(models.TextChoices):
        OPEN = "open"
        RESOLVED = "resolved"

    project = models.ForeignKey("tracing.Project", on_delete=models.CASCADE, related_name="alerts")
    number = models.PositiveIntegerField()
    """In its project, and for good."""
    rule = models.ForeignKey(AlertRule, on_delete=models.CASCADE, related_name="alerts")
    key = models.CharField(max_length=200)
    """Of what it is about: the same again is no second alert."""
    severity = models.CharField(max_length=10, choices=AlertRule.Severity.choices)
    title = models.CharField(max_length=300)
    sentence = models.TextField(blank=True)
    evidence = models.JSONField(default=list)
    """Sentences with figures."""
    segment = models.JSONField(default=dict)
    value = models.FloatField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    started_at = models.DateTimeField()
    """When it began, as far as that is known."""
    opened_at = models.DateTimeField()
    last_at = models.DateTimeField()
    """When it was found to hold last."""
    resolved_at = models.DateTimeField(null=True, blank=True)
    """Last, also where it was opened again since."""
    resolved_by = models.CharField(max_length=254, blank=True, default="")
    """Empty: by itself."""
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.CharField(max_length=254, blank=True, default="")
    muted_until = models.DateTimeField(null=True, blank=True)
    lasts = models.BooleanField(default=True)
    """Whether it holds until it is over; what only happened is resolved by itself after a day."""
    told_state = models.CharField(max_length=10, blank=True, default="", choices=State.choices)
    """What its targets know of it; empty: nothing."""
    told_at = models.DateTimeField(null=True, blank=True)
    """When its targets were told last; None: not, or not yet."""
    alarm = models.ForeignKey(DriftAlarm, null=True, blank=True, on_delete=models.SET_NULL, related_name="alerts")
    event = models.ForeignKey(LedgerEvent, null=True, blank=True, on_delete=models.SET_NULL, related_name="alerts")
    failure_mode_number = models.PositiveIntegerField(null=True, blank=True)
    conversation_id = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["project", "number"], name="one_alert_a_number"),)
        indexes = (
            models.Index(fields=["project", "state", "opened_at"], name="alerts_by_state"),
            models.Index(fields=["rule", "key"], name="alerts_by_key"),
        )

    def __str__(self) -> str:
        return f"{self.number} of {self.project_id}: {self.title}"


class AlertChange(models.Model):
    """What happened to an alert, by itself or by a person, notes included."""

    class What(models.TextChoices):
        OPENED = "opened"
        REOPENED = "reopened"
        RESOLVED = "resolved"
        ACKNOWLEDGED = "acknowledged"
        MUTED = "muted"
        UNMUTED = "unmuted"
        ACCEPTED = "accepted"
        NOTE = "note"

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    who = models.CharField(max_length=254, default="", blank=True)
    """Empty: by itself."""
    what = models.CharField(max_length=20, choices=What.choices)
    text = models.TextField(default="", blank=True)

    class Meta:
        indexes = (models.Index(fields=["alert", "at"], name="changes_of_an_alert"),)

    def __str__(self) -> str:
        return f"{self.what} of alert {self.alert_id}"


class HandOver(models.Model):
    """A conversation that was handed over to a person of the app's, once for each rule."""

    rule = models.ForeignKey(AlertRule, on_delete=models.CASCADE, related_name="hand_overs")
    conversation_id = models.CharField(max_length=500)
    reason = models.CharField(max_length=50)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["rule", "conversation_id"], name="one_hand_over_a_conversation"),
        )

    def __str__(self) -> str:
        return f"{self.conversation_id} by rule {self.rule_id}: {self.reason}"


class Delivery(models.Model):
    """A message on its way to one target."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DELIVERED = "delivered"
        GIVEN_UP = "given_up"

    id = models.UUIDField(primary_key=True)
    target = models.ForeignKey(AlertTarget, on_delete=models.CASCADE, related_name="deliveries")
    alert = models.ForeignKey(Alert, null=True, blank=True, on_delete=models.CASCADE, related_name="deliveries")
    kind = models.CharField(max_length=20)
    """alert, test or hand_over."""
    message = models.JSONField()
    state = models.CharField(max_length=20, choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True, blank=True)
    """When it is tried; None after the last time."""
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = (models.Index(fields=["state", "next_at"], name="deliveries_that_wait"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.id} to {self.target_id}: {self.state}"


class DeliveryAttempt(models.Model):
    """A line of the delivery log, as `drift.channels.delivery.Attempt`."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="log")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    took_ms = models.PositiveIntegerField()
    fate = models.CharField(max_length=20)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    detail = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["delivery", "number"], name="one_attempt_a_number"),)

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.delivery_id}: {self.fate}"
