"""What a dataset is to be made of, as REST takes and gives it: in a body, or as parameters of an address."""

from typing import Annotated, Any, Literal

from ninja import Field, Schema
from pydantic import WithJsonSchema

from feedback.datasets.definition import Consent, Definition, PersonalData, Tier, read_definition
from feedback.datasets.formats import FORMATS
from tracing.filter_language import MAX_CHARACTERS
from tracing.resources import EXACTLY, WHOLE

FormatName = Annotated[str, WithJsonSchema({"type": "string", "enum": list(FORMATS)})]
Word = Annotated[str, Field(min_length=1, max_length=200)]
Words = Annotated[list[Word], Field(max_length=1_000)]
Rows = Annotated[int, Field(ge=0, le=10**9), WHOLE]
SetNumber = Annotated[int, Field(ge=1, le=2**31 - 1), WHOLE]
LONGEST_LICENCE = 500
LISTS = ("models_left_out", "languages", "sources", "evaluation_sets")


class DefinitionResource(Schema):
    """What a dataset is made of: see docs/datasets.md. Lists that are empty, and numbers that are 0, ask nothing."""

    format: str
    filter: str
    consent: Consent
    models_left_out: list[str]
    licence: str
    personal_data: PersonalData
    languages: list[str]
    longest: int
    tier: Tier
    confidence: float
    sources: list[str]
    likeness: float
    most_per_user: int
    most_per_template: int
    most_per_failure_mode: int
    balance: float
    match_lengths: bool
    validation: float
    evaluation_sets: list[int]
    seed: int


class PlainOptions(Schema):
    """What is no list of everything about a definition but its format and filter; what is left out is as usual."""

    consent: Consent | None = Field(None, description="Whether users of whom nothing is known are in.")
    licence: Annotated[str, Field(max_length=LONGEST_LICENCE)] | None = Field(
        None, description="SPDX identifier or words for card and manifest."
    )
    personal_data: PersonalData | None = Field(None, description="Whether it is replaced, or its row dropped.")
    longest: Rows | None = Field(None, description="Characters of a row at most.")
    tier: Tier | None = Field(None, description="The least that a label may be.")
    confidence: Annotated[float, Field(ge=0.5, le=1)] | None = Field(None, description="The least of silver labels.")
    likeness: Annotated[float, Field(ge=0.3, le=1)] | None = Field(
        None, description="Jaccard index from which on a conversation is a duplicate."
    )
    most_per_user: Rows | None = Field(None, description="Rows of one user at most.")
    most_per_template: Rows | None = Field(None, description="Rows that ask the same thing at most.")
    most_per_failure_mode: Rows | None = Field(None, description="Rows of one failure mode at most.")
    balance: Annotated[float, Field(ge=0, le=1000)] | None = Field(
        None, description="How many times as many rows the larger class may have, 1 or more."
    )
    match_lengths: bool | None = Field(
        None, description="Whether about half of the chosen answers are the longer ones."
    )
    validation: Annotated[float, Field(ge=0, le=0.5)] | None = Field(None, description="Share of rows that validate.")
    seed: Annotated[int, Field(ge=0, le=2**31 - 1), WHOLE] | None = Field(None, description="Decides what is drawn.")

    def list_options(self) -> dict[str, Any]:
        return {name: value for name, value in self.model_dump().items() if value is not None}


class DefinitionParameters(PlainOptions):
    """The same, and lists with commas, as parameters of an address."""

    models_left_out: str = Field(
        "", description="Models and providers whose answers are out; beginnings end with `*`, with commas."
    )
    languages: str = Field("", description="ISO 639-1, with commas.")
    sources: str = Field("", description="Label sources that count, such as `thumbs:up` or `signal:*`, with commas.")
    evaluation_sets: str = Field(
        "", description="Numbers of evaluation sets that no row may share words with, with commas."
    )

    def read(self, format_name: str, filter_text: str) -> Definition:
        """Raises DefinitionProblems."""
        options = self.list_options() | {"format": format_name, "filter": filter_text}
        for name in LISTS:
            options[name] = [word.strip() for word in options[name].split(",") if word.strip()]
        numbers = options["evaluation_sets"]
        options["evaluation_sets"] = [int(each) if each.isascii() and each.isdigit() else each for each in numbers]
        return read_options(options)


class NewDefinition(PlainOptions):
    """A definition; what is left out is as usual."""

    model_config = EXACTLY

    models_left_out: Words | None = Field(
        None, description="Models and providers whose answers are out; beginnings end with `*`."
    )
    languages: Words | None = Field(None, description="ISO 639-1.")
    sources: Words | None = Field(None, description="Label sources that count, such as `thumbs:up` or `signal:*`.")
    evaluation_sets: Annotated[list[SetNumber], Field(max_length=1_000)] | None = Field(
        None, description="Numbers of evaluation sets that no row may share words with."
    )
    format: FormatName
    filter: Annotated[str, Field(max_length=MAX_CHARACTERS)] | None = Field(
        None, description="Of conversations, as docs/filters.md has it."
    )

    def read(self) -> Definition:
        """Raises DefinitionProblems."""
        return read_options(self.list_options())


def read_options(options: dict[str, Any]) -> Definition:
    """Raises DefinitionProblems."""
    return read_definition(options, tuple(FORMATS))


State = Literal["collecting", "inspected", "writing", "built", "failed", "stopped", "withdrawn"]
