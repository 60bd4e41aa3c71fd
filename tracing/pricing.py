"""What a model call costs: a name and a time in, a price out; a price and a call's tokens in, US dollars out.

Prices are data (`tracing/prices/*.toml`, one file a provider). A model that no table knows by name has no price and
its calls no cost: no number rather than a wrong one.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from tracing.generations import Generation
from tracing.spans import AttributeValue, Span, Trace

TABLES_PATH = Path(__file__).parent / "prices"
MILLION = 1_000_000
DATED_END = re.compile(
    r"(?:[-@](?:\d{4}-\d\d-\d\d|\d{8}|\d{3})|(?<=preview)-\d\d-(?:\d\d|\d{4})|[-@](?:latest|default)|-v\d:\d|-v1|:\d)$"
)
"""What a name may end with and still be the same model: a date, an alias, a version of Bedrock's API."""
BEFORE_NAME = re.compile(r"^(?:arn:[^/]*/|(?:publishers/[^/]*/)?models/)")
LARGEST_COST = 1e6
"""US dollars; a call that is said to cost more is not believed, and sums of costs stay exact."""
NAMES_NO_PROVIDER = frozenset({"", "langchain"})
"""What stands as the provider where the source does not know it."""
COST_KEYS = (
    "gen_ai.usage.cost",
    "gen_ai.usage.total_cost",
    "gen_ai.cost.total_cost",
    "llm.cost.total",
    "operation.cost",
)
COST_OBJECTS = {
    "langfuse.observation.cost_details": "total",
    "mlflow.llm.cost": "total_cost",
    "langsmith.metadata.usage_metadata": "total_cost",
}
"""Attributes that hold an object as JSON, and which of its fields is the whole cost."""


@dataclass(frozen=True, slots=True)
class Rates:
    """US dollars for a million tokens. `None`: no rate of its own, so that of the tokens it is a part of."""

    input: float
    output: float = 0.0
    cache_read: float | None = None
    cache_write: float | None = None
    cache_write_1h: float | None = None
    reasoning: float | None = None
    audio_input: float | None = None
    audio_output: float | None = None


@dataclass(frozen=True, slots=True)
class Tier:
    """Rates of every token of a request whose input is longer than `above` tokens."""

    above: int
    rates: Rates


@dataclass(frozen=True, slots=True)
class Price:
    """What a provider asks for a model from a day (inclusive) to another (exclusive), at a time of day in UTC."""

    provider: str
    """Empty: of any provider."""
    model: str
    rates: Rates
    tiers: tuple[Tier, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    from_time: time | None = None
    until_time: time | None = None
    source: str = ""
    as_of: date | None = None

    def holds(self, at: datetime) -> bool:
        """Whether this was the price at a moment in UTC."""
        after = self.valid_from is None or self.valid_from <= at.date()
        before = self.valid_until is None or at.date() < self.valid_until
        begun = self.from_time is None or self.from_time <= at.time()
        return after and before and begun and (self.until_time is None or at.time() < self.until_time)


@dataclass(frozen=True, slots=True)
class PriceTable:
    """A provider's prices by the names of its models."""

    provider: str
    names: frozenset[str]
    """What conventions call the provider."""
    is_host: bool
    """Whether it serves models of other makers too, so that a model's name alone does not mean it."""
    falls_back_to: tuple[str, ...]
    """Providers whose prices it asks for what it does not list."""
    prices: Mapping[str, tuple[Price, ...]]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of a call. Input includes cached, cache-written and audio tokens, output includes reasoning and audio."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    """Written to a cache for any time, those for an hour included."""
    cache_write_1h_tokens: int = 0
    reasoning_tokens: int = 0
    audio_input_tokens: int = 0
    audio_output_tokens: int = 0


@cache
def load_tables() -> tuple[PriceTable, ...]:
    """The tables that Tacit brings."""
    return tuple(read_table(path) for path in sorted(TABLES_PATH.glob("*.toml")))


def read_table(path: Path) -> PriceTable:
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    prices = {
        name: tuple(read_price(told, name, entry) for entry in model["prices"])
        for model in told["models"]
        for name in model["names"]
    }
    return PriceTable(told["provider"], frozenset(told["names"]), told["is_host"], tuple(told["falls_back_to"]), prices)


def read_price(table: Mapping[str, Any], model: str, entry: Mapping[str, Any]) -> Price:
    tiers = [Tier(tier["above"], read_rates(tier)) for tier in entry.get("tiers", ())]
    return Price(
        provider=table["provider"],
        model=model,
        rates=read_rates(entry),
        tiers=tuple(sorted(tiers, key=lambda tier: tier.above)),
        source=table["source"],
        as_of=table["as_of"],
        **{name: entry.get(name) for name in ("valid_from", "valid_until", "from_time", "until_time")},
    )


def read_rates(entry: Mapping[str, Any]) -> Rates:
    return Rates(**{name: float(entry[name]) for name in Rates.__slots__ if name in entry})


def find_price(provider: str, model: str, at: datetime, own: Sequence[Price] = ()) -> Price | None:
    """The price of a model at a moment in UTC; None where it is not known for certain whose model it is.

    `own` prices win over the tables; among them one that names the provider wins. The longest name that a table has
    wins: `gpt-4o-2024-05-13` before `gpt-4o`. A provider may stand before the name, as in `azure/gpt-4o`.

    >>> at = datetime(2026, 11, 1, tzinfo=UTC)
    >>> find_price("openai", "gpt-4o-2024-08-06", at).rates.input
    2.5
    >>> find_price("openai", "gpt-4o-by-somebody", at) is None
    True
    """
    provider, model = provider.strip().lower(), model.strip().lower()
    found = find_own_price(provider, model, at, own) if own else None
    return found or find_listed_price(provider, model, at)


def find_listed_price(provider: str, model: str, at: datetime) -> Price | None:
    """A name that is listed but had no price at that moment is not looked up by a shorter name."""
    return pick_price(list_prices(provider, model), at)


@lru_cache(maxsize=1024)
def list_prices(provider: str, model: str) -> tuple[Price, ...]:
    """The prices of a model at any time; none where no table knows it."""
    names = ((table, name) for table, whole in list_readings(provider, model) for name in list_names(whole))
    return next((table.prices[name] for table, name in names if name in table.prices), ())


def find_own_price(provider: str, model: str, at: datetime, own: Sequence[Price]) -> Price | None:
    table = find_table(provider)
    called = {"", provider, *(table.names | {table.provider} if table else ())}
    for name in list_names(model):
        fitting = [each for each in own if each.model.lower() == name and each.provider.lower() in called]
        found = pick_price(sorted(fitting, key=lambda each: each.provider != ""), at)
        if found is not None:
            return found
    return None


def pick_price(prices: Iterable[Price], at: datetime) -> Price | None:
    """The last that holds."""
    return next((price for price in reversed(tuple(prices)) if price.holds(at)), None)


def find_table(provider: str) -> PriceTable | None:
    """By what a convention calls the provider, with or without an operation behind it (`openai.chat`)."""
    names = (provider, provider.partition(".")[0])
    return next((table for name in names for table in load_tables() if name in table.names), None)


def list_readings(provider: str, model: str) -> Iterator[tuple[PriceTable, str]]:
    """Tables to look into, each with the model's name in it."""
    table = find_table(provider)
    named, _, rest = model.partition("/")
    prefixed = find_table(named) if rest else None
    if table is not None:
        yield from ((each, model) for each in list_tables(table))
        if prefixed is not None and (prefixed == table or not table.is_host):
            yield from ((each, rest) for each in list_tables(prefixed))
    elif provider in NAMES_NO_PROVIDER:
        if prefixed is not None:
            yield from ((each, rest) for each in list_tables(prefixed))
        else:
            yield from ((each, model) for each in load_tables() if not each.is_host)


def list_tables(table: PriceTable) -> list[PriceTable]:
    others = {each.provider: each for each in load_tables()}
    return [table, *(others[name] for name in table.falls_back_to)]


def list_names(model: str) -> list[str]:
    """The name and what is left of it without dates, aliases and versions, longest first."""
    bare = BEFORE_NAME.sub("", model)
    names = [model, ":".join(bare.split(":")[:2]) if bare.startswith("ft:") else bare]
    while (shorter := DATED_END.sub("", names[-1])) != names[-1]:
        names.append(shorter)
    return names


def compute_cost(price: Price, usage: Usage) -> float | None:
    """US dollars of a call; None where tokens that are paid for were not reported.

    The contract that readers keep: input tokens include those read from and written to a cache and audio; output
    tokens include reasoning and audio. A part that is said to be larger than its whole counts as the whole.
    """
    rates = pick_rates(price, usage.input_tokens or 0)
    if (usage.input_tokens is None and rates.input) or (usage.output_tokens is None and rates.output):
        return None
    write_5m = max(0, usage.cache_write_tokens - usage.cache_write_1h_tokens)
    write_rate = rates.input if rates.cache_write is None else rates.cache_write
    input_parts = (
        (usage.cache_read_tokens, rates.cache_read),
        (usage.cache_write_1h_tokens, write_rate if rates.cache_write_1h is None else rates.cache_write_1h),
        (write_5m, write_rate),
        (usage.audio_input_tokens, rates.audio_input),
    )
    output_parts = ((usage.audio_output_tokens, rates.audio_output), (usage.reasoning_tokens, rates.reasoning))
    whole = sum_parts(usage.input_tokens or 0, rates.input, input_parts)
    return (whole + sum_parts(usage.output_tokens or 0, rates.output, output_parts)) / MILLION


def pick_rates(price: Price, input_tokens: int) -> Rates:
    """Those of a request of this length: beyond a tier's bound all its tokens are paid at the tier's rates."""
    return next((tier.rates for tier in reversed(price.tiers) if input_tokens > tier.above), price.rates)


def sum_parts(tokens: int, rate: float, parts: Iterable[tuple[int, float | None]]) -> float:
    """Tokens times rates: each part at its own, what is left at `rate`."""
    total, left = 0.0, max(0, tokens)
    for part, own_rate in parts:
        counted = min(max(0, part), left)
        left -= counted
        total += counted * (rate if own_rate is None else own_rate)
    return total + left * rate


def read_usage(generation: Generation) -> Usage:
    """The tokens of a call. Cached tokens that do not fit into the input were counted beside it."""
    cached, written = generation.cache_read_tokens or 0, generation.cache_write_tokens or 0
    tokens = generation.input_tokens
    if tokens is not None and cached + written > tokens:
        tokens += cached + written
    return Usage(
        input_tokens=tokens,
        output_tokens=generation.output_tokens,
        cache_read_tokens=cached,
        cache_write_tokens=written,
        cache_write_1h_tokens=generation.cache_write_1h_tokens or 0,
        reasoning_tokens=generation.reasoning_tokens or 0,
        audio_input_tokens=generation.audio_input_tokens or 0,
        audio_output_tokens=generation.audio_output_tokens or 0,
    )


def price_generations(trace: Trace, generations: Iterable[Generation], own: Sequence[Price] = ()) -> list[Generation]:
    """The calls of a trace with their cost: as reported where that is more than 0, else by the price of the model."""
    return [price_generation(trace, generation, own) for generation in generations]


def price_generation(trace: Trace, generation: Generation, own: Sequence[Price]) -> Generation:
    ids = (generation.span_id, *generation.other_span_ids)
    reported = read_cost(generation.cost_usd) or find_reported_cost(
        [trace.by_id[span_id] for span_id in ids if span_id in trace.by_id]
    )
    if reported:
        return replace(generation, cost_usd=reported, cost_reported=True)
    at = datetime.fromtimestamp(generation.start_time_ns / 1e9, UTC)
    price = find_price(generation.provider, choose_model(generation), at, own)
    cost = None if price is None else compute_cost(price, read_usage(generation))
    believed = cost if cost is None or cost <= LARGEST_COST else None
    return replace(generation, cost_usd=believed, cost_reported=False)


def choose_model(generation: Generation) -> str:
    """The model that answered, or the one that was asked for where its name says more (a region of Bedrock)."""
    asked, answered = generation.request_model, generation.response_model
    return asked if answered.lower() in asked.lower() else answered


def find_reported_cost(spans: Iterable[Span]) -> float | None:
    """What the source says that the call cost, in US dollars, where that is more than 0."""
    costs = (cost for span in spans for cost in list_reported_costs(span.attributes))
    return next((cost for cost in costs if cost), None)


def list_reported_costs(attributes: Mapping[str, AttributeValue]) -> Iterator[float | None]:
    for key in COST_KEYS:
        yield read_cost(attributes.get(key))
    for key, field in COST_OBJECTS.items():
        value = attributes.get(key)
        try:
            told = json.loads(value) if isinstance(value, str) else value
        except ValueError:
            continue
        if isinstance(told, Mapping):
            yield read_cost(told.get(field))


def read_cost(value: Any) -> float | None:
    """An amount over 0 that a call may cost, also where it was sent as text."""
    try:
        cost = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else 0.0
    except (ValueError, OverflowError):
        return None
    return cost if 0 < cost <= LARGEST_COST else None
