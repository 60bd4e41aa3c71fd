"""Writes `tracing/prices/*.toml` from the data of the package genai-prices (MIT), which is no dependency of Tacit.

Run in an environment that has the package: `python tests/tracing/take_prices.py YYYY-MM-DD`, the day on which its
newest version was installed. ADR 40 says why the table is taken and not asked for.
"""

import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

TABLES = Path(__file__).parents[2] / "tracing" / "prices"
RATES = {
    "input_mtok": "input",
    "output_mtok": "output",
    "cache_read_mtok": "cache_read",
    "cache_write_mtok": "cache_write",
    "cache_write_1h_mtok": "cache_write_1h",
    "output_reasoning_mtok": "reasoning",
    "input_audio_mtok": "audio_input",
    "output_audio_mtok": "audio_output",
}
LITERALS = ("equals", "starts_with", "contains", "ends_with")


@dataclass(frozen=True)
class Table:
    """One file: whose prices, and what conventions call the provider."""

    source_id: str
    file: str
    names: tuple[str, ...]
    is_host: bool = False
    falls_back_to: tuple[str, ...] = ()


SOURCES = (
    Table("openai", "openai", ("openai",)),
    Table("anthropic", "anthropic", ("anthropic",)),
    Table(
        "google", "google",
        ("google", "gemini", "vertex_ai", "vertexai", "vertex", "google_genai", "google-genai", "google_vertexai",
         "gcp.gemini", "gcp.vertex_ai", "gcp.gen_ai", "google.vertex", "google.generative-ai"),
        falls_back_to=("anthropic",),
    ),
    Table("mistral", "mistral", ("mistral", "mistral_ai", "mistralai")),
    Table("deepseek", "deepseek", ("deepseek",)),
    Table("x-ai", "xai", ("xai", "x_ai", "x-ai")),
    Table("cohere", "cohere", ("cohere",)),
    Table("meta", "meta", ("meta",)),
    Table("moonshotai", "moonshotai", ("moonshotai", "moonshot_ai", "moonshot")),
    Table("perplexity", "perplexity", ("perplexity",)),
    Table("groq", "groq", ("groq",), is_host=True),
    Table("together", "together", ("together", "together_ai", "togetherai", "together-ai"), is_host=True),
    Table("fireworks", "fireworks", ("fireworks", "fireworks_ai", "fireworks-ai"), is_host=True),
    Table("cerebras", "cerebras", ("cerebras",), is_host=True),
    Table(
        "aws", "amazon",
        ("aws.bedrock", "aws", "bedrock", "amazon", "amazon_bedrock", "amazon-bedrock", "aws_bedrock",
         "bedrock_converse"),
        is_host=True,
    ),
    Table(
        "azure", "azure",
        ("azure", "azure.ai.openai", "azure.ai.inference", "az.ai.openai", "az.ai.inference", "azure_openai",
         "azure-openai", "azure_ai"),
        is_host=True, falls_back_to=("openai", "anthropic", "deepseek", "xai"),
    ),
)  # fmt: skip


def list_literals(clause: Any) -> Iterator[str]:
    """Names that a clause tells of; what only a regular expression tells is left to endings of names."""
    for name in LITERALS:
        if hasattr(clause, name):
            yield str(getattr(clause, name)).lower().rpartition("models/")[2].strip("-@:/ ")
    for each in (*getattr(clause, "or_", ()), *getattr(clause, "and_", ())):
        yield from list_literals(each)


def list_names(provider: Any, model: Any) -> list[str]:
    """Names by which the source finds this model and no other."""
    names = dict.fromkeys((model.id.lower(), *list_literals(model.match)))
    return sorted(name for name in names if name and provider.find_model(name) is model)


def pick_rate(value: Any, above: int) -> Any:
    """The rate of a request with more input tokens than `above`."""
    if value is None or not hasattr(value, "base"):
        return value
    return next((tier.price for tier in reversed(value.tiers) if tier.start <= above), value.base)


def write_rates(prices: Any, above: int) -> str:
    rates = {ours: pick_rate(getattr(prices, theirs, None), above) for theirs, ours in RATES.items()}
    return ", ".join(f"{name} = {rate.normalize():f}" for name, rate in rates.items() if rate is not None)


@dataclass
class Period:
    """When a price holds: days, the last one exclusive, and a time of day (UTC); empty where it has no bound."""

    prices: Any
    valid_from: str
    from_time: str
    until_time: str
    valid_until: str = ""

    def write_rates(self) -> str:
        """The rates, and those of long requests."""
        steps = {tier.start for name in RATES for tier in getattr(getattr(self.prices, name, None), "tiers", ())}
        tiers = ", ".join(f"{{ above = {step}, {write_rates(self.prices, step)} }}" for step in sorted(steps))
        return write_rates(self.prices, 0) + (f", tiers = [{tiers}]" if tiers else "")

    def write(self) -> str:
        bounds = ("valid_from", "valid_until", "from_time", "until_time")
        told = "".join(f", {name} = {getattr(self, name)}" for name in bounds if getattr(self, name))
        return f"{{ {self.write_rates()}{told} }}"


def list_periods(prices: Any) -> list[Period]:
    """A price of each time, without those that differ only in what we do not count. The last that holds wins."""
    periods: list[Period] = []
    since, before = "", None
    for each in prices if isinstance(prices, list) else [prices]:
        constraint = getattr(each, "constraint", None)
        since = str(getattr(constraint, "start_date", since))
        times = [getattr(constraint, name, None) for name in ("start_time", "end_time")]
        first, last = (time.replace(tzinfo=None).isoformat() if time else "" for time in times)
        period = Period(getattr(each, "prices", each), since, first, last)
        if first:
            periods.append(period)
        elif before is None or before.write_rates() != period.write_rates():
            if before is not None:
                before.valid_until = since
            periods.append(period)
            before = period
    return periods


def write_model(provider: Any, model: Any) -> str:
    """The entry of a model; nothing where tokens are not all that is paid for, or the rate of audio is not told."""
    if "requests_kcount" in repr(model.prices):
        return ""
    names, periods = list_names(provider, model), [each.write() for each in list_periods(model.prices)]
    if not names or not all("input = " in period for period in periods):
        return ""
    if any("audio" in name for name in names) and not all("audio_" in period for period in periods):
        return ""
    quoted = ", ".join(f'"{name}"' for name in names)
    lines = "".join(f"  {period},\n" for period in periods)
    return f"\n[[models]]\nnames = [{quoted}]\nprices = [\n{lines}]\n"


def write_table(table: Table, provider: Any, day: str) -> str:
    quote = "[{}]".format
    names, others = (quote(", ".join(f'"{each}"' for each in these)) for these in (table.names, table.falls_back_to))
    return (
        f"# What {provider.name} asks, in USD for a million tokens. Written by tests/tracing/take_prices.py.\n"
        f'provider = "{table.file}"\n'
        f"names = {names}\n"
        f"is_host = {str(table.is_host).lower()}\n"
        f"falls_back_to = {others}\n"
        f'source = "price page of {provider.name}, as told by genai-prices {version("genai-prices")} (MIT)"\n'
        f"as_of = {day}\n" + "".join(write_model(provider, model) for model in provider.models)
    )


def main() -> None:
    """Write every file anew."""
    providers = {each.id: each for each in importlib.import_module("genai_prices.data").providers}
    for table in SOURCES:
        text = write_table(table, providers[table.source_id], sys.argv[1])
        (TABLES / f"{table.file}.toml").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
