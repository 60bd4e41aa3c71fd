"""What lists can be narrowed by: every field of the filter language, in one place.

A field has a name, a kind that says which values it takes, a sentence for people, and for each list that knows it a
fixed piece of SQL. Values never stand in it: they are bound. To add a field is to add one entry here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from tracing.generations import Outcome

Kind = Literal["name", "number", "duration", "time", "text"]
"""A name is compared whole; a number, a duration (nanoseconds in SQL) and a time can be more or less."""
ListName = Literal["conversations", "generations", "traces", "signals", "tasks", "comparisons", "hours", "estimates"]

CALLS = (
    "conversation_id IN (SELECT conversation_id FROM generations_by_time FINAL "
    "WHERE project_id = {project_id:UInt32} AND %s)"
)
TOLD = (
    "%s IN (SELECT %s FROM generations FINAL WHERE project_id = {project_id:UInt32} "
    "AND hasAny(arrayMap(each -> concat(each.1, '=', each.2), JSONExtractKeysAndValues(metadata, 'String')), %s))"
)
"""Metadata stand with the whole calls alone."""
CALL = "(trace_id, span_id)"
SAID_OF_IT = (
    "cityHash64(conversation_id, turn_index, kind, label, span_id) IN (SELECT signal_hash FROM confirmations FINAL "
    "WHERE project_id = {project_id:UInt32} AND verdict IN {values:Array(String)})"
)
"""Hashes take less room than keys, and two of a project's do not share one of 64 bits."""
STANDS = (
    "if(conversation_id IN (SELECT conversation_id FROM confirmations WHERE project_id = {project_id:UInt32}), "
    "(fired OR cityHash64(conversation_id, turn_index, kind, label, span_id) IN "
    "(SELECT signal_hash FROM confirmations FINAL WHERE project_id = {project_id:UInt32} AND verdict = 'confirmed')) "
    "AND cityHash64(conversation_id, turn_index, kind, label, span_id) NOT IN "
    "(SELECT signal_hash FROM confirmations FINAL WHERE project_id = {project_id:UInt32} AND verdict = 'rejected'), "
    "fired)"
)
"""Of `signals`: it fired, or a person said that it is there, and nobody that it is not. Where nobody said anything of a
conversation, as of most, no hash is made."""
HEARD = f"%s IN (SELECT %s FROM signals FINAL WHERE project_id = {{project_id:UInt32}} AND %s AND {STANDS})"  # noqa: S608
FIRED = "(kind IN {values:Array(String)} OR (label != '' AND concat(kind, '/', label) IN {values:Array(String)}))"
MACHINES = ("evaluation", "test", "schedule", "load_test", "monitor", "batch")
"""Who leads conversations besides people; `feedback/detectors/machines.py` says what each is."""
LED = (
    "(conversation_id IN (SELECT conversation_id FROM hearings FINAL WHERE project_id = {project_id:UInt32} "
    "AND machine != '' AND (machine IN {values:Array(String)} OR has({values:Array(String)}, 'yes')) "
    "!= has({values:Array(String)}, 'no'))) != has({values:Array(String)}, 'no')"
)
"""Those led by such a machine; with `no` all but those led by another, as who was not heard yet counts as people."""
USED = (
    "conversation_id IN (SELECT conversation_id FROM agent_tasks FINAL WHERE project_id = {project_id:UInt32} AND %s)"
)
IN_MODE = (
    "(conversation_id IN (SELECT conversation_id FROM failing_turns FINAL WHERE project_id = {project_id:UInt32} "
    "AND mode > 0 AND (toString(mode) IN {values:Array(String)} OR has({values:Array(String)}, 'any'))) "
    "OR (has({values:Array(String)}, 'none') AND conversation_id NOT IN (SELECT conversation_id FROM failing_turns "
    "FINAL WHERE project_id = {project_id:UInt32} AND mode > 0 AND has({values:Array(String)}, 'none'))))"
)
"""Those of a failure mode by its number, of `any`, or of `none`."""
ANY_VERDICT = (
    "SELECT conversation_id FROM confirmations FINAL WHERE project_id = {project_id:UInt32} UNION DISTINCT "
    "SELECT conversation_id FROM settled_reviews FINAL WHERE project_id = {project_id:UInt32} UNION DISTINCT "
    "SELECT conversation_id FROM labels FINAL WHERE project_id = {project_id:UInt32}"
)
REVIEWED = (
    "((hasAny({values:Array(String)}, ['yes', 'no']) "
    "AND (conversation_id IN (%s) OR has({values:Array(String)}, 'no')) "
    "AND (conversation_id NOT IN (%s) OR has({values:Array(String)}, 'yes'))) "
    "OR conversation_id IN (SELECT conversation_id FROM labels FINAL WHERE project_id = {project_id:UInt32} "
    "AND verdict IN {values:Array(String)}))"
).replace("%s", ANY_VERDICT)
"""Somebody said something of the conversation, of a signal of it, or of an item of a review queue."""
SAID = "SELECT %s FROM feedback FINAL WHERE project_id = {project_id:UInt32} AND name IN {values:Array(String)}"
RELEASES = "arrayMap(each -> concat('service.version=', each), {values:Array(String)})"
TOKENS = "coalesce(input_tokens + output_tokens, input_tokens, output_tokens)"


@dataclass(frozen=True, slots=True)
class Field:
    """`sql` has for each list a condition on `{values:Array(String)}` (names), or what a value is compared with."""

    name: str
    kind: Kind
    help: str
    example: str
    sql: Mapping[ListName, str]
    aliases: tuple[str, ...] = ()
    """Other names of it: those that parameters of the address and of REST have."""
    choices: tuple[str, ...] = ()
    """All values that there are; empty where any can be."""


def equal(*lists: ListName, column: str) -> dict[ListName, str]:
    return dict.fromkeys(lists, f"{column} IN {{values:Array(String)}}")


FIELDS = (
    Field(
        "time",
        "time",
        "When it began, UTC: the last so many m, h, d or w, a day, or a moment.",
        "time:7d",
        {
            "conversations": "first_time",
            "generations": "start_time",
            "traces": "fromUnixTimestamp64Nano(start_time_ns, 'UTC')",
            "signals": "time",
            "tasks": "start_time",
            "hours": "hour",
        },
        aliases=("range",),
    ),
    Field(
        "environment",
        "name",
        "Where the app ran.",
        "environment:production",
        equal("conversations", "generations", "tasks", "hours", column="environment"),
    ),
    Field(
        "service",
        "name",
        "The service that sent it.",
        "service:shop",
        equal("conversations", "generations", "traces", "tasks", "hours", column="service_name"),
        aliases=("service_name",),
    ),
    Field(
        "model",
        "name",
        "A model that was asked or that answered.",
        "model:gpt-5,gpt-5-mini",
        {
            **dict.fromkeys(("conversations", "tasks"), "hasAny(models, {values:Array(String)})"),
            "generations": "(request_model IN {values:Array(String)} OR response_model IN {values:Array(String)})",
            **equal("hours", column="model"),
        },
    ),
    Field(
        "request_model",
        "name",
        "The model that was asked for.",
        "request_model:gpt-5",
        equal("generations", column="request_model")
        | {"conversations": CALLS % "request_model IN {values:Array(String)}"},
    ),
    Field(
        "response_model",
        "name",
        "The model that answered.",
        "response_model:gpt-5-2026-08-07",
        equal("generations", column="response_model")
        | {"conversations": CALLS % "response_model IN {values:Array(String)}"},
    ),
    Field(
        "provider",
        "name",
        "Who serves the model.",
        "provider:openai",
        equal("generations", column="provider") | {"conversations": CALLS % "provider IN {values:Array(String)}"},
    ),
    Field(
        "operation",
        "name",
        "What the model was called for.",
        "operation:chat",
        equal("generations", "hours", column="operation")
        | {"conversations": CALLS % "operation IN {values:Array(String)}"},
    ),
    Field(
        "prompt",
        "name",
        "The name of the prompt.",
        "prompt:support",
        equal("generations", column="prompt_name") | {"conversations": CALLS % "prompt_name IN {values:Array(String)}"},
        aliases=("prompt_name",),
    ),
    Field(
        "prompt_version",
        "name",
        "The version of the prompt.",
        "prompt_version:3",
        equal("generations", column="prompt_version")
        | {"conversations": CALLS % "prompt_version IN {values:Array(String)}"},
    ),
    Field(
        "user",
        "name",
        "The user's id.",
        "user:anna",
        equal("conversations", "generations", "tasks", column="user_id"),
        aliases=("user_id",),
    ),
    Field(
        "tag",
        "name",
        "A tag that the app set.",
        "tag:beta",
        dict.fromkeys(("conversations", "generations", "tasks"), "hasAny(tags, {values:Array(String)})"),
        aliases=("tags",),
    ),
    Field(
        "metadata",
        "name",
        "A key of the metadata that the app set, and its value.",
        "metadata:tier=gold",
        {
            "conversations": TOLD % ("conversation_id", "conversation_id", "{values:Array(String)}"),
            "generations": TOLD % (CALL, "trace_id, span_id", "{values:Array(String)}"),
        },
    ),
    Field(
        "release",
        "name",
        "The release of the app.",
        "release:1.4.2",
        {
            "conversations": TOLD % ("conversation_id", "conversation_id", RELEASES),
            "generations": TOLD % (CALL, "trace_id, span_id", RELEASES),
        },
    ),
    Field(
        "conversation",
        "name",
        "The conversation's id.",
        "conversation:c-17",
        equal("conversations", "generations", "signals", "tasks", column="conversation_id"),
        aliases=("conversation_id",),
    ),
    Field(
        "trace",
        "name",
        "The trace's id.",
        "trace:4bf92f3577b34da6a3ce929d0e0e4736",
        equal("generations", "traces", "signals", "tasks", column="trace_id")
        | {"conversations": CALLS % "trace_id IN {values:Array(String)}"},
        aliases=("trace_id",),
    ),
    Field("name", "name", "The name of the trace's first span.", "name:answer", equal("traces", column="name")),
    Field(
        "signal",
        "name",
        "A kind of signal that fired or that people confirmed, and did not reject; or a kind and its label, such as "
        "refusal/needless.",
        "signal:rephrase,correction",
        {
            "conversations": HEARD % ("conversation_id", "conversation_id", FIRED),
            "generations": HEARD % ("trace_id", "trace_id", FIRED),
            "tasks": HEARD % (CALL, "trace_id, span_id", FIRED),
            "signals": FIRED,
        },
        aliases=("signal_kind", "kind"),
    ),
    Field("label", "name", "The sub-kind of a signal.", "label:needless", equal("signals", column="label")),
    Field(
        "fired",
        "name",
        "Whether the signal is over its threshold.",
        "fired:true",
        equal("signals", column="toString(fired)"),
        choices=("true", "false"),
    ),
    Field(
        "verdict",
        "name",
        "What people said of the signal.",
        "verdict:rejected",
        {"signals": SAID_OF_IT},
        choices=("confirmed", "rejected"),
    ),
    Field("score", "number", "How likely the signal is there, from 0 to 1.", "score>0.9", {"signals": "score"}),
    Field(
        "confidence",
        "number",
        "How sure the detector is, from 0 to 1.",
        "confidence<0.5",
        {"signals": "confidence"},
    ),
    Field(
        "thumbs",
        "name",
        "Thumbs of users.",
        "thumbs:down",
        {
            "conversations": HEARD
            % ("conversation_id", "conversation_id", "kind = 'thumbs' AND label IN {values:Array(String)}"),
            "generations": HEARD % ("trace_id", "trace_id", "kind = 'thumbs' AND label IN {values:Array(String)}"),
            "tasks": HEARD % (CALL, "trace_id, span_id", "kind = 'thumbs' AND label IN {values:Array(String)}"),
        },
        choices=("up", "down"),
    ),
    Field(
        "feedback",
        "name",
        "Feedback or an action of this name, whatever its value.",
        "feedback:rating,comment",
        {
            "conversations": f"(conversation_id IN ({SAID % 'conversation_id'}) OR "
            + CALLS
            % f"(trace_id IN ({SAID % 'trace_id'}) OR message_id IN ({SAID % 'message_id'} AND message_id != ''))"
            + ")"
        },
    ),
    Field(
        "machine",
        "name",
        "Whether a machine led the conversation, or which kind of machine.",
        "machine:no",
        {"conversations": LED},
        choices=("yes", "no", *MACHINES),
    ),
    Field(
        "reviewed",
        "name",
        "Whether people judged the conversation or a signal of it; or what they said of its user.",
        "reviewed:yes",
        {"conversations": REVIEWED},
        choices=("yes", "no", "satisfied", "dissatisfied"),
    ),
    Field(
        "outcome",
        "name",
        "How an answer ended.",
        "outcome:error,truncated",
        equal("generations", "tasks", column="outcome") | {"conversations": "hasAny(outcomes, {values:Array(String)})"},
        choices=get_args(Outcome),
    ),
    Field(
        "error",
        "name",
        "The type of an error.",
        "error:RateLimitError",
        equal("generations", column="error_type") | {"conversations": CALLS % "error_type IN {values:Array(String)}"},
        aliases=("error_type",),
    ),
    Field("errors", "number", "How many spans of the trace failed.", "errors>0", {"traces": "error_count"}),
    Field("spans", "number", "How many spans the trace has.", "spans>100", {"traces": "span_count"}),
    Field(
        "cost",
        "number",
        "What it cost, in US dollars, as far as it is known.",
        "cost>0.01",
        {"conversations": "cost_usd", "generations": "cost_usd", "tasks": "cost_usd"},
        aliases=("cost_usd",),
    ),
    Field(
        "latency",
        "duration",
        "How long it took; of a conversation, its slowest answer.",
        "latency>=2s",
        {"conversations": "longest_ns", "generations": "duration_ns", "traces": "duration_ns", "tasks": "duration_ns"},
    ),
    Field(
        "first_chunk",
        "duration",
        "How long the first part of a streamed answer took.",
        "first_chunk>800ms",
        {"generations": "time_to_first_chunk_ns"},
    ),
    Field(
        "tokens",
        "number",
        "Tokens in and out.",
        "tokens>10000",
        {"conversations": TOKENS, "generations": TOKENS, "tasks": TOKENS},
    ),
    Field(
        "input_tokens",
        "number",
        "Tokens in.",
        "input_tokens>8000",
        {"conversations": "input_tokens", "generations": "input_tokens", "tasks": "input_tokens"},
    ),
    Field(
        "output_tokens",
        "number",
        "Tokens out.",
        "output_tokens<10",
        {"conversations": "output_tokens", "generations": "output_tokens", "tasks": "output_tokens"},
    ),
    Field(
        "tool",
        "name",
        "A tool that was used.",
        "tool:search,book",
        {
            "conversations": USED % "hasAny(tools.name, {values:Array(String)})",
            "tasks": "hasAny(tools.name, {values:Array(String)})",
        },
    ),
    Field(
        "failed",
        "name",
        "Whether the task failed: its answer is an error, or a tool failed to the end.",
        "failed:true",
        equal("tasks", column="toString(failed)"),
        choices=("true", "false"),
    ),
    Field("steps", "number", "How many model calls the task took.", "steps>10", {"tasks": "steps"}),
    Field("tool_uses", "number", "How often the task used tools.", "tool_uses>5", {"tasks": "tool_uses"}),
    Field("tool_failures", "number", "How many of these uses failed.", "tool_failures>0", {"tasks": "tool_failures"}),
    Field("turns", "number", "How many turns the conversation has.", "turns>3", {"conversations": "turn_count"}),
    Field(
        "dissatisfied",
        "number",
        "How likely it is that the user was dissatisfied, from 0 to 1.",
        "dissatisfied>0.7",
        {"estimates": "probability"},
    ),
    Field(
        "failure_mode",
        "name",
        "The number of the failure mode that it belongs to; any for any, none for none.",
        "failure_mode:3",
        {"conversations": IN_MODE},
    ),
)

TEXT = "text"
TEXT_FIELD = Field(
    TEXT,
    "text",
    "Words, or a phrase in quotes, in the messages and answers.",
    '"red button"',
    {"conversations": "hasAllTokens(words, {values:Array(String)})"},
)
"""What words and phrases are looked for in; nobody names it."""
NAMES: Mapping[str, Field] = {name: field for field in FIELDS for name in (field.name, *field.aliases)}

THROUGH: Mapping[ListName, tuple[ListName, str]] = {
    "generations": (
        "conversations",
        "conversation_id IN (SELECT conversation_id FROM conversations FINAL "
        "WHERE project_id = {project_id:UInt32} AND %s)",
    ),
    "signals": (
        "conversations",
        "conversation_id IN (SELECT conversation_id FROM conversations FINAL "
        "WHERE project_id = {project_id:UInt32} AND %s)",
    ),
    "tasks": (
        "conversations",
        "conversation_id IN (SELECT conversation_id FROM conversations FINAL "
        "WHERE project_id = {project_id:UInt32} AND %s)",
    ),
    "comparisons": (
        "conversations",
        "conversation_id IN (SELECT conversation_id FROM conversations FINAL "
        "WHERE project_id = {project_id:UInt32} AND %s)",
    ),
    "conversations": (
        "estimates",
        "conversation_id IN (SELECT conversation_id FROM estimates FINAL "
        "WHERE project_id = {project_id:UInt32} AND %s)",
    ),
    "traces": (
        "generations",
        "trace_id IN (SELECT trace_id FROM generations_by_time FINAL WHERE project_id = {project_id:UInt32} AND %s)",
    ),
}
"""What a list does not know itself is asked of a trace's calls, of the conversation around a call or signal, and of the
estimate of a conversation."""
