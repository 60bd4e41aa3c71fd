"""A key that somebody asks for, on the page or by REST: what they typed comes in, the key goes out, once."""

from typing import Annotated

from django.utils import timezone
from ninja import Schema
from pydantic import AwareDatetime, Field, field_validator, model_validator

from tracing.access.browsers import REQUESTS_OF_KEY, read_browser_origin
from tracing.access.credentials import digest_key
from tracing.access.decisions import Access
from tracing.access.keys import create_key
from tracing.access.rights import Scope, read_scopes
from tracing.models import ApiKey
from tracing.resources import EXACTLY, WHOLE

Origin = Annotated[str, Field(max_length=300)]
FULL_LINE = r"^[^\x00-\x1f]*[^\x00-\x20][^\x00-\x1f]*$"


class KeyRefusedError(Exception):
    """A key that cannot be as it was asked for; the message says why."""


class NewKey(Schema):
    """A key to make. One for browsers has that scope alone, and the origins whose pages may use it.

    `requests_per_minute` is of a key for browsers, for all visitors together.
    """

    model_config = EXACTLY

    name: Annotated[str, Field(min_length=1, max_length=100, pattern=FULL_LINE, examples=["shop in production"])]
    scopes: Annotated[
        list[Annotated[Scope, Field(strict=False)]],
        Field(min_length=1, max_length=len(Scope), examples=[["ingest"]]),
    ]
    expires_at: Annotated[AwareDatetime, Field(strict=False)] | None = None
    origins: list[Origin] = Field([], max_length=50, examples=[["https://shop.example"]])
    requests_per_minute: Annotated[int, Field(ge=1, le=1_000_000), WHOLE] | None = None

    @field_validator("expires_at")
    @classmethod
    def check_end(cls, value: AwareDatetime | None) -> AwareDatetime | None:
        if value and value <= timezone.now():
            raise ValueError("This is past; a key needs an end that is still to come, or none.")
        return value

    @field_validator("origins")
    @classmethod
    def check_origins(cls, value: list[str]) -> list[str]:
        return list(dict.fromkeys(read_browser_origin(each) for each in value))

    @model_validator(mode="after")
    def check_browser(self) -> "NewKey":
        if Scope.FEEDBACK_BROWSER in self.scopes:
            if len(set(self.scopes)) > 1:
                raise ValueError("A key for browsers can have no other scope: everybody can read it in the page.")
            if not self.origins:
                raise ValueError("A key for browsers needs the origins whose pages may use it, at least one.")
        elif self.origins or self.requests_per_minute:
            raise ValueError("Only a key for browsers has origins and a limit of requests.")
        return self


def make_asked_key(access: Access, asked: NewKey) -> tuple[ApiKey, str]:
    """Make a key in the project of `access`; the key's row, and the key itself, which is kept nowhere.

    Raises KeyRefusedError.
    """
    if not read_scopes(asked.scopes) <= access.rights:
        raise KeyRefusedError("You can give no key a scope that allows more than you may do yourself.")
    if ApiKey.objects.filter(project=access.project, name=asked.name, revoked_at=None).exists():
        raise KeyRefusedError(f"There is a key called {asked.name!r} already; revoke it, or choose another name.")
    is_for_browsers = Scope.FEEDBACK_BROWSER in asked.scopes
    secret = create_key(
        access.project,
        asked.name,
        sorted(set(asked.scopes), key=list(Scope).index),
        expires_at=asked.expires_at,
        origins=asked.origins,
        requests_per_minute=(asked.requests_per_minute or REQUESTS_OF_KEY) if is_for_browsers else None,
        created_by=access.actor.name or access.actor.kind,
    )
    return find_made(secret), secret


def find_made(secret: str) -> ApiKey:
    """The row of a key that was just made."""
    return ApiKey.objects.get(digest=digest_key(secret))
