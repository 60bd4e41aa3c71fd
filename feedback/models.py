"""What a project says about its detectors and its data, and how far listening again has come, in Django's database."""

import secrets

from django.db import models


class DetectorSetting(models.Model):
    """How a project has one detector work; without a row it works as it was shipped."""

    project = models.ForeignKey("tracing.Project", on_delete=models.CASCADE, related_name="detector_settings")
    kind = models.CharField(max_length=50)
    is_on = models.BooleanField(default=True)
    threshold = models.FloatField(null=True, blank=True)
    """Score at or over which a signal fires, 0 to 1; None leaves it to the detector."""
    is_followed = models.BooleanField(default=False)
    """Whether the threshold was taken from what people said of signals; one that was typed is never moved by that."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=["project", "kind"], name="one_setting_a_detector"),)

    def __str__(self) -> str:
        return f"{self.kind} in {self.project_id}: {'on' if self.is_on else 'off'}, {self.threshold}"


class Expectation(models.Model):
    """What is usual or wanted in a project's conversations."""

    class Length(models.TextChoices):
        GOOD = "good"
        NEUTRAL = "neutral"
        BAD = "bad"

    project = models.OneToOneField("tracing.Project", on_delete=models.CASCADE, related_name="expectation")
    slow_ms = models.PositiveIntegerField(null=True, blank=True)
    """An answer that takes longer is slow; None means that the service's own past says it."""
    long_is = models.CharField(max_length=10, choices=Length.choices, default=Length.NEUTRAL)
    """What an unusually long conversation means: a companion's is a success, a helpdesk's a failure."""
    thresholds_follow = models.BooleanField(default=False)
    """Whether thresholds follow what people say of signals by themselves."""
    goal = models.CharField(max_length=100, blank=True, default="")
    """The name of the feedback that says that a user reached what the app is for."""
    return_days = models.PositiveSmallIntegerField(default=7)
    """Within how many days users of this app come back, where they do."""

    def __str__(self) -> str:
        return f"{self.project_id}: slow from {self.slow_ms} ms, long is {self.long_is}"


def make_secret() -> str:
    return secrets.token_hex(16)


class HoldoutSetting(models.Model):
    """Which share of a project's users is held out of data to train on; without a row nobody is."""

    project = models.OneToOneField("tracing.Project", on_delete=models.CASCADE, related_name="holdout")
    share = models.FloatField(default=0)
    secret = models.CharField(max_length=64, default=make_secret)
    """Decides with their ids which users they are."""

    def __str__(self) -> str:
        return f"{self.share:.0%} of the users of {self.project_id}"


class Listening(models.Model):
    """That old conversations of a project are being listened to again, since when, and how many are left."""

    project = models.OneToOneField("tracing.Project", on_delete=models.CASCADE, related_name="listening")
    basis = models.CharField(max_length=64)
    since = models.DateTimeField()
    waiting = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.waiting} conversations of {self.project_id}"


class SatisfactionFit(models.Model):
    """What was learnt of a project's satisfaction, from how much, and the rates that it gave."""

    project = models.OneToOneField("tracing.Project", on_delete=models.CASCADE, related_name="satisfaction_fit")
    basis = models.CharField(max_length=64)
    """Digests of what was believed before and of what was learnt."""
    conversations = models.PositiveBigIntegerField()
    """That there were; of very many the latest are learnt from."""
    verdicts = models.PositiveBigIntegerField()
    reviews = models.PositiveBigIntegerField(default=0)
    """Conversations that reviewers judged."""
    fitted_at = models.DateTimeField()
    parameters = models.JSONField()
    """As `feedback.satisfaction.archive` tells them."""
    rates = models.JSONField()
    reviewed = models.JSONField(null=True, default=None)
    """How much truer reviews made it: `feedback.review.calibration.Calibration`; None where there are too few."""

    def __str__(self) -> str:
        return f"{self.project_id} from {self.conversations} conversations"


class JudgeDay(models.Model):
    """What the judge did in a project on one day (UTC), against its budget, and what stood in its way last."""

    project = models.ForeignKey("tracing.Project", on_delete=models.CASCADE, related_name="judge_days")
    day = models.DateField()
    calls = models.PositiveIntegerField(default=0)
    unreadable = models.PositiveIntegerField(default=0)
    """Replies that were no rating."""
    input_tokens = models.PositiveBigIntegerField(default=0)
    output_tokens = models.PositiveBigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    """Times in a row that calls got no reply."""
    problem = models.TextField(default="", blank=True)
    rests_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["project", "day"], name="one_row_a_day_of_judging"),)

    def __str__(self) -> str:
        return f"{self.project_id} on {self.day}: {self.calls} calls"


class AskedUser(models.Model):
    """That a user was asked what they think: what caps count, beside the log of all decisions in ClickHouse."""

    project = models.ForeignKey("tracing.Project", on_delete=models.CASCADE, related_name="asked_users")
    digest = models.CharField(max_length=64)
    """Of who it is, with a secret: ids of users stand in ClickHouse alone."""
    ask_id = models.CharField(max_length=32)
    at = models.DateTimeField()
    propensity = models.FloatField()
    reason = models.CharField(max_length=50)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["project", "ask_id"], name="one_row_a_decision_to_ask"),)
        indexes = (models.Index(fields=["project", "digest", "at"], name="asked_of_a_user"),)

    def __str__(self) -> str:
        return f"{self.ask_id} of {self.project_id} at {self.at:%Y-%m-%d %H:%M}"


class AskingSetting(models.Model):
    """How a project asks its users what they think; without a row as `asking.Rules` says. Shares are 0 to 1."""

    project = models.OneToOneField("tracing.Project", on_delete=models.CASCADE, related_name="asking")
    is_on = models.BooleanField()
    most_asks = models.PositiveIntegerField()
    days = models.PositiveIntegerField()
    random_share = models.FloatField()
    doubt_share = models.FloatField()
    day_share = models.FloatField()

    def __str__(self) -> str:
        return f"{self.project_id}: {'on' if self.is_on else 'off'}, {self.most_asks} in {self.days} days"


class FailureCatalogue(models.Model):
    """The failure modes of a project as turns are assigned to them, see `feedback.failures.catalogues`."""

    project = models.OneToOneField("tracing.Project", on_delete=models.CASCADE, related_name="failure_catalogue")
    archive = models.BinaryField(default=bytes)
    places = models.JSONField(default=dict)
    """Numbers of modes by conversation: failing turns that are to be moved there, and are not yet."""
    sought_version = models.PositiveBigIntegerField(default=0)
    """Of the latest failing turn that was there when new modes were looked for last."""
    described_at = models.DateTimeField(null=True, blank=True)
    pins = models.JSONField(default=dict)
    """By conversation where reviewers said that it belongs, as `feedback.failures.pins` writes it."""
    reviews_mark = models.CharField(max_length=32, default="", blank=True)
    """Of the reviews that were followed last: other reviews have another one."""

    def __str__(self) -> str:
        return f"failure modes of {self.project_id}"


class FailureMode(models.Model):
    """A named group of failing conversations and what becomes of it; its members stand in ClickHouse."""

    class State(models.TextChoices):
        OPEN = "open"
        RESOLVED = "resolved"
        IGNORED = "ignored"

    class ResolvedIn(models.TextChoices):
        RELEASE = "release"
        PROMPT_VERSION = "prompt_version"

    project = models.ForeignKey("tracing.Project", on_delete=models.CASCADE, related_name="failure_modes")
    number = models.PositiveIntegerField()
    """In its project, and for good."""
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="merged")
    family = models.CharField(max_length=50)
    found_title = models.TextField(default="", blank=True)
    """By the words that mark it; made anew as it grows."""
    found_line = models.TextField(default="", blank=True)
    namer = models.CharField(max_length=200, default="", blank=True)
    """The language model that found the title; empty where words were counted."""
    name = models.CharField(max_length=200, default="", blank=True)
    """By a person; stays."""
    description = models.JSONField(default=dict)
    """As `feedback.failures.describing` tells it: terms, lift, slices, examples."""
    found_at = models.DateTimeField()
    first_time = models.DateTimeField()
    """Of its first conversation known."""
    last_time = models.DateTimeField()
    state = models.CharField(max_length=20, choices=State.choices, default=State.OPEN)
    state_since = models.DateTimeField()
    resolved_in_kind = models.CharField(max_length=20, choices=ResolvedIn.choices, default="", blank=True)
    """Empty: by hand, from `state_since` on."""
    resolved_in = models.CharField(max_length=200, default="", blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    """When its fix was verified, since it was resolved last."""
    verification = models.JSONField(null=True, blank=True)
    """How far that is, as `feedback.failures.verifying` tells it; None until it was looked at."""
    regressed_at = models.DateTimeField(null=True, blank=True)
    """When it was open again after it had been resolved."""
    surging_since = models.DateTimeField(null=True, blank=True)
    ignored_until_count = models.PositiveBigIntegerField(null=True, blank=True)
    """It is open again from so many conversations on; None: ignored for good."""
    owner = models.CharField(max_length=254, default="", blank=True)
    ticket = models.URLField(max_length=500, default="", blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["project", "number"], name="one_failure_mode_a_number"),)

    def __str__(self) -> str:
        return f"{self.number} of {self.project_id}: {self.name or self.found_title}"


class FailureModeChange(models.Model):
    """What happened to a failure mode, by itself or by a person, notes included."""

    class What(models.TextChoices):
        FOUND = "found"
        SURGING = "surging"
        CALMED = "calmed"
        VERIFIED = "verified"
        REGRESSED = "regressed"
        GREW = "grew"
        JOINED = "joined"
        NAMED = "named"
        MERGED = "merged"
        SPLIT = "split"
        RESOLVED = "resolved"
        REOPENED = "reopened"
        IGNORED = "ignored"
        OWNED = "owned"
        TICKET = "ticket"
        NOTE = "note"
        REVIEWED = "reviewed"

    mode = models.ForeignKey(FailureMode, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    who = models.CharField(max_length=254, default="", blank=True)
    """Empty: by itself."""
    what = models.CharField(max_length=20, choices=What.choices)
    text = models.TextField(default="", blank=True)
    """A note, or the new value."""

    class Meta:
        indexes = (models.Index(fields=["mode", "at"], name="changes_of_a_mode"),)

    def __str__(self) -> str:
        return f"{self.what} of mode {self.mode_id}"


class Dataset(models.Model):
    """A dataset that somebody named: what it is to be made of. What it was made of stands in its versions."""

    project = models.ForeignKey("tracing.Project", on_delete=models.CASCADE, related_name="datasets")
    number = models.PositiveIntegerField()
    """Counts from 1 in its project; it stands in addresses."""
    name = models.CharField(max_length=200)
    description = models.TextField(default="", blank=True)
    definition = models.JSONField()
    """As `feedback.datasets.definition` writes it; of the next version."""
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=254, default="", blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["project", "number"], name="one_dataset_a_number"),
            models.UniqueConstraint(fields=["project", "name"], name="one_dataset_a_name"),
        )

    def __str__(self) -> str:
        return f"{self.number} of {self.project_id}: {self.name}"


class DatasetVersion(models.Model):
    """One build: it is inspected first, then built, and never changes after that, but that it may be withdrawn."""

    class State(models.TextChoices):
        COLLECTING = "collecting"
        """Rows are being collected and weighed, so that people can look before anything is written."""
        INSPECTED = "inspected"
        """It waits for somebody to say that it be built."""
        WRITING = "writing"
        BUILT = "built"
        FAILED = "failed"
        STOPPED = "stopped"
        WITHDRAWN = "withdrawn"
        """Somebody in it is to be forgotten: its files are gone."""

    project = models.ForeignKey("tracing.Project", on_delete=models.CASCADE, related_name="dataset_versions")
    dataset = models.ForeignKey(Dataset, null=True, blank=True, on_delete=models.CASCADE, related_name="versions")
    """None: an export that nobody named; it goes after a while."""
    number = models.PositiveIntegerField()
    """Counts from 1 in its dataset; of exports, in its project."""
    key = models.CharField(max_length=32, unique=True)
    """Names its directory."""
    state = models.CharField(max_length=20, choices=State.choices, default=State.COLLECTING)
    goes_on = models.BooleanField(default=False)
    """Whether it is built without waiting for somebody who looked at it."""
    definition = models.JSONField()
    until = models.DateTimeField()
    """When it was asked for: relative times of its filter count back from here."""
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(null=True, blank=True)
    """Conversations read, and how many there are; None until that is known."""
    doing = models.CharField(max_length=100, default="", blank=True)
    """What is being done now, for people."""
    problem = models.TextField(default="", blank=True)
    """Why it failed, and what to do."""
    inspection = models.JSONField(null=True, blank=True)
    manifest = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=254, default="", blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    """When its files go by themselves; None: never."""
    begins_anew = models.BooleanField(default=False)
    """Whether what was collected is to be thrown away first: somebody in it is to be forgotten."""
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["dataset", "number"],
                condition=models.Q(dataset__isnull=False),
                name="one_version_a_number",
            ),
        )
        indexes = (models.Index(fields=["state"], name="versions_in_a_state"),)

    def __str__(self) -> str:
        return f"{self.number} of {self.dataset_id or self.project_id}: {self.state}"


class ForgottenSubject(models.Model):
    """A user or a conversation that is in no later build. Only a digest is kept, so that nobody reads who it was."""

    project = models.ForeignKey("tracing.Project", on_delete=models.CASCADE, related_name="forgotten_subjects")
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.CharField(max_length=254, default="", blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["project", "digest"], name="one_row_a_forgotten_subject"),)

    def __str__(self) -> str:
        return f"forgotten in {self.project_id} at {self.at:%Y-%m-%d %H:%M}"


class ForgettingSecret(models.Model):
    """What digests of forgotten users are made with in a project."""

    project = models.OneToOneField("tracing.Project", on_delete=models.CASCADE, related_name="forgetting_secret")
    secret = models.CharField(max_length=64, default=make_secret)

    def __str__(self) -> str:
        return f"secret of {self.project_id}"


class EvaluationSet(models.Model):
    """Texts that models are judged by, so that no dataset may hold them: only digests of runs of their words."""

    project = models.ForeignKey("tracing.Project", on_delete=models.CASCADE, related_name="evaluation_sets")
    number = models.PositiveIntegerField()
    """Counts from 1 in its project."""
    name = models.CharField(max_length=200)
    texts = models.PositiveIntegerField()
    grams = models.BinaryField()
    """Sorted digests, eight bytes each, least first."""
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=254, default="", blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["project", "number"], name="one_evaluation_set_a_number"),
            models.UniqueConstraint(fields=["project", "name"], name="one_evaluation_set_a_name"),
        )

    def __str__(self) -> str:
        return f"{self.number} of {self.project_id}: {self.name}"


class ReviewQueue(models.Model):
    """What people are asked to judge: `feedback.review.queue.QueueDefinition` with a name, and how far it has drawn."""

    project = models.ForeignKey("tracing.Project", on_delete=models.CASCADE, related_name="review_queues")
    number = models.PositiveIntegerField()
    """Counts from 1 in its project; it stands in addresses and in the store."""
    name = models.CharField(max_length=200)
    question = models.CharField(max_length=20)
    """One of `feedback.review.questions.Question`; it never changes."""
    filter = models.TextField(blank=True, default="")
    mix = models.JSONField()
    """Parts by reason, as `feedback.review.queue.Mix`."""
    size = models.PositiveIntegerField(default=50)
    reviewers = models.PositiveSmallIntegerField(default=1)
    overlap = models.FloatField(default=1.0)
    draws_daily = models.BooleanField(default=False)
    guidelines = models.TextField(blank=True, default="")
    guidelines_version = models.PositiveIntegerField(default=1)
    """Counts how often the guidelines were changed, from 1."""
    is_open = models.BooleanField(default=True)
    """Whether there is anything to be judged in it, for reviewers; a closed one keeps what was said."""
    drawn_until = models.DateTimeField(null=True, blank=True)
    """Conversations that ended before were looked at by a draw; None: nothing was drawn yet."""
    drawn_from = models.PositiveIntegerField(default=0)
    """How many could have been chosen, in all draws."""
    problem = models.TextField(blank=True, default="")
    """Why the last draw failed, and what to do."""
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=254, default="", blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["project", "number"], name="one_review_queue_a_number"),
            models.UniqueConstraint(fields=["project", "name"], name="one_review_queue_a_name"),
        )

    def __str__(self) -> str:
        return f"{self.number} of {self.project_id}: {self.name}"


class ReviewItem(models.Model):
    """One thing to be judged, as `feedback.review.items.Item`, and how far it is."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SETTLED = "settled"
        DISAGREED = "disagreed"
        """It waits for somebody to adjudicate."""
        GONE = "gone"
        """Its conversation is there no more."""

    queue = models.ForeignKey(ReviewQueue, on_delete=models.CASCADE, related_name="items")
    place = models.PositiveIntegerField()
    """Counts from 1 in its queue: the order in which items are shown."""
    conversation_id = models.CharField(max_length=500)
    turn_index = models.PositiveIntegerField()
    answer_turn = models.PositiveIntegerField()
    reason = models.CharField(max_length=20)
    propensity = models.FloatField()
    opinion = models.JSONField(default=dict)
    needed = models.PositiveSmallIntegerField()
    """How many people are to look at it."""
    state = models.CharField(max_length=20, choices=State.choices, default=State.WAITING)
    drawn_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    said_version = models.BigIntegerField(default=0)
    """Of the latest word on it, in microseconds since the epoch; 0: nobody said anything."""
    applied_version = models.BigIntegerField(default=0)
    """Of the latest word that was settled and applied; where that is an older one, it is to be done again."""

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["queue", "place"], name="one_review_item_a_place"),
            models.UniqueConstraint(fields=["queue", "conversation_id", "turn_index"], name="one_review_item_a_thing"),
        )
        indexes = (
            models.Index(fields=["queue", "state"], name="review_items_in_a_state"),
            models.Index(
                fields=["said_version"],
                condition=models.Q(said_version__gt=models.F("applied_version")),
                name="review_items_to_apply",
            ),
        )

    def __str__(self) -> str:
        return f"{self.place} of {self.queue_id}: {self.state}"


class ReviewTurn(models.Model):
    """That an item is, or was, a reviewer's: nobody is shown what enough others have in hand or have judged."""

    class State(models.TextChoices):
        HELD = "held"
        DONE = "done"
        SKIPPED = "skipped"

    item = models.ForeignKey(ReviewItem, on_delete=models.CASCADE, related_name="turns")
    who = models.CharField(max_length=254)
    state = models.CharField(max_length=20, choices=State.choices)
    at = models.DateTimeField()
    """When it came into this state; what is held too long is free again."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=["item", "who"], name="one_review_turn_a_reviewer"),)
        indexes = (models.Index(fields=["who", "state", "at"], name="review_turns_of_a_reviewer"),)

    def __str__(self) -> str:
        return f"{self.item_id} of {self.who}: {self.state}"


class SavedView(models.Model):
    """A list of conversations that somebody named: what it is narrowed to, its order and its columns."""

    project = models.ForeignKey("tracing.Project", on_delete=models.CASCADE, related_name="saved_views")
    number = models.PositiveIntegerField()
    """Counts from 1 in its project; it stands in addresses."""
    name = models.CharField(max_length=100)
    query = models.TextField(blank=True, default="")
    """As `feedback.pages.list_state` writes it."""
    owner = models.CharField(max_length=254)
    is_shared = models.BooleanField(default=False)
    """Whether everybody in the project sees it, or its owner alone."""
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["project", "number"], name="one_saved_view_a_number"),
            models.UniqueConstraint(fields=["project", "owner", "name"], name="one_saved_view_a_name"),
        )

    def __str__(self) -> str:
        return f"{self.number} of {self.project_id}: {self.name}"
