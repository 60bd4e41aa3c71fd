"""REST of masking: a project's rules, and what rules would hide in its latest spans."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.errors import HttpError

from tracing.access import audit
from tracing.access.requirements import May
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.masking import InvalidRuleError, Masking, Pattern, check_masking
from tracing.masking.rules import LONGEST_EXPRESSION, LONGEST_KEY, LONGEST_NAME, MOST_DROPPED, MOST_PATTERNS
from tracing.masking_rules import describe_masking, load_masking, load_timeouts, preview_rules, save_masking
from tracing.resources import EXACTLY
from tracing.store import get_store

router = Router(tags=["tracing"])

KindName = Literal[
    "key",
    "password",
    "email",
    "phone",
    "card",
    "iban",
    "ip_address",
    "mac_address",
    "ssn",
    "national_id",
    "passport",
    "driving_licence",
    "date_of_birth",
    "street_address",
    "crypto_address",
]


class MaskingPattern(Schema):
    """A regular expression; what it matches becomes its name in brackets."""

    model_config = EXACTLY

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, examples=["customer number"])]
    expression: Annotated[str, Field(min_length=1, max_length=LONGEST_EXPRESSION, examples=[r"\bC-\d{6}\b"])]


class NewMasking(Schema):
    """What is hidden before it is stored. `dropped`: names of attributes that are not kept, `*` stands for anything.
    `hides_users`: all ids of users become pseudonyms."""

    model_config = EXACTLY

    kinds: Annotated[list[KindName], Field(max_length=100)]
    patterns: Annotated[list[MaskingPattern], Field(max_length=MOST_PATTERNS)]
    dropped: Annotated[list[Annotated[str, Field(max_length=LONGEST_KEY)]], Field(max_length=MOST_DROPPED)]
    hides_users: bool


class MaskingResource(NewMasking):
    """The rules, and how many texts were left out whole since they hold, by the pattern that took too long."""

    timeouts: dict[str, int]


class MaskingPiece(Schema):
    """`stand_in`: what would stand there; empty where the text stays."""

    text: str
    stand_in: str


class MaskingSample(Schema):
    """A text that would change, by the name that it is kept under."""

    name: str
    pieces: list[MaskingPiece]


class MaskingPreview(Schema):
    """What rules would hide in the latest spans: how often by kind or pattern, with pieces of texts, and how many
    spans have an attribute that would be dropped."""

    spans: int
    counts: dict[str, int]
    samples: list[MaskingSample]
    dropped: dict[str, int]
    timeouts: dict[str, int]


def read_masking(wanted: NewMasking) -> Masking:
    """The rules, checked. Raises HttpError."""
    masking = Masking(
        kinds=frozenset(wanted.kinds),
        patterns=tuple(Pattern(each.name, each.expression) for each in wanted.patterns),
        dropped=tuple(dict.fromkeys(wanted.dropped)),
        hides_users=wanted.hides_users,
    )
    try:
        return check_masking(masking)
    except InvalidRuleError as error:
        raise HttpError(422, str(error)) from error


@router.get(
    "masking", response=MaskingResource, summary="What is hidden before it is stored", auth=May(Right.ADMINISTER)
)
def show_masking(request: HttpRequest) -> dict[str, Any]:
    project_id = project_of(request).pk
    return describe_masking(load_masking(project_id)) | {"timeouts": load_timeouts(project_id)}


@router.put("masking", response=MaskingResource, summary="Set what is hidden", auth=May(Right.ADMINISTER))
def set_masking(request: HttpRequest, wanted: NewMasking) -> dict[str, Any]:
    """It holds for what comes in from now on, within seconds in all processes; what is stored stays as it is."""
    project_id, masking = project_of(request).pk, read_masking(wanted)
    audit.describe(request, before=describe_masking(load_masking(project_id)), after=describe_masking(masking))
    save_masking(project_id, masking)
    return show_masking(request)


@router.post(
    "masking/preview",
    response=MaskingPreview,
    summary="What rules would hide in the latest spans",
    auth=May(Right.ADMINISTER),
)
def try_masking(request: HttpRequest, wanted: NewMasking) -> dict[str, Any]:
    """Nothing is saved."""
    masking = read_masking(wanted)
    audit.describe(request, **describe_masking(masking))
    return asdict(preview_rules(get_store(), project_of(request).pk, masking))
