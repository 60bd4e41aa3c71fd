"""A known model's call costs what its provider asks; an unknown model's call costs nothing that we would say."""

import dataclasses
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracing.reading import call_model, make_read_span, read_all
from tracing.generations import Generation
from tracing.pricing import (
    Price,
    Rates,
    Tier,
    Usage,
    compute_cost,
    find_price,
    load_tables,
    price_generations,
    read_usage,
)
from tracing.spans import Span, Trace

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
PRICES = [price for table in load_tables() for prices in table.prices.values() for price in prices]
TOKENS = st.integers(0, 10**7)
USAGES = st.builds(
    Usage, **dict.fromkeys([field.name for field in dataclasses.fields(Usage)], TOKENS)
)  # parts may be larger than their whole: a source may say anything
CLAUDE = "claude-3-7-sonnet-20250219"
UNTIERED = st.sampled_from([price for price in PRICES if not price.tiers])


def cost(provider: str, model: str, **tokens: int) -> float | None:
    price = find_price(provider, model, AT)
    assert price is not None
    return compute_cost(price, Usage(**tokens))


@pytest.mark.parametrize(
    ("provider", "model", "tokens", "by_hand"),
    [
        # 700 plain at 2.50, 300 cached at 1.25, 100 out at 10
        ("openai", "gpt-4o-2024-08-06", {"input_tokens": 1000, "output_tokens": 100, "cache_read_tokens": 300},
         3125e-6),
        ("openai.chat", "gpt-4o-mini", {"input_tokens": 1000, "output_tokens": 1000}, 150e-6 + 600e-6),
        ("openai", "gpt-4o-2024-05-13", {"input_tokens": 1000, "output_tokens": 0}, 5000e-6),
        # 100 plain at 3, 800 cached at 0.30, 60 written for five minutes at 3.75, 40 for an hour at 6, 10 out at 15
        (
            "anthropic",
            "claude-3-7-sonnet-20250219",
            {
                "input_tokens": 1000, "output_tokens": 10, "cache_read_tokens": 800,
                "cache_write_tokens": 100, "cache_write_1h_tokens": 40,
            },
            (300 + 240 + 225 + 240 + 150) / 1e6,
        ),
        # within and beyond the bound of 200,000 tokens
        ("gcp.gemini", "models/gemini-2.5-pro", {"input_tokens": 200_000, "output_tokens": 100}, 0.25 + 1000e-6),
        ("gcp.gemini", "gemini-2.5-pro", {"input_tokens": 200_001, "output_tokens": 100}, 0.5000025 + 1500e-6),
        ("gcp.vertex_ai", "claude-3-7-sonnet@20250219", {"input_tokens": 1000, "output_tokens": 0}, 3000e-6),
        ("groq", "llama-3.3-70b-versatile", {"input_tokens": 1000, "output_tokens": 1000}, 590e-6 + 790e-6),
        ("groq", "openai/gpt-oss-120b", {"input_tokens": 1000, "output_tokens": 1000}, 150e-6 + 600e-6),
        ("azure.ai.openai", "o1-2024-12-17", {"input_tokens": 1000, "output_tokens": 10}, 15_000e-6 + 600e-6),
        ("azure", "gpt-4o-2024-08-06", {"input_tokens": 1000, "output_tokens": 0}, 2500e-6),
        ("azure", "gpt-35-turbo", {"input_tokens": 1000, "output_tokens": 0}, 500e-6),
        ("", "openai/text-embedding-3-small", {"input_tokens": 1000}, 20e-6),
    ],
)  # fmt: skip
def test_a_call_costs_what_was_reckoned_by_hand(
    provider: str, model: str, tokens: dict[str, int], by_hand: float
) -> None:
    assert cost(provider, model, **tokens) == pytest.approx(by_hand, rel=1e-12)


@pytest.mark.parametrize(
    ("provider", "model", "found"),
    [
        ("aws.bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "us.anthropic.claude-sonnet-4-5-20250929"),
        (
            "aws.bedrock",
            "arn:aws:bedrock:us-east-1:12:inference-profile/global.anthropic.claude-sonnet-4-5-20250929-v1:0",
            "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
        ),
        ("", "bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0", "us.anthropic.claude-sonnet-4-5-20250929"),
        ("", "azure/gpt-4o", "gpt-4o"),
        ("mistral_ai", "mistral-large-latest", "mistral-large-latest"),
        ("deepseek", "deepseek-chat", "deepseek-chat"),
        ("x_ai", "grok-4", "grok-4"),
        ("cohere", "command-r-plus", "command-r-plus"),
        ("langchain", "gpt-4o", "gpt-4o"),
        ("OpenAI", "GPT-4o", "gpt-4o"),
    ],
)
def test_names_are_found_however_a_convention_writes_them(provider: str, model: str, found: str) -> None:
    price = find_price(provider, model, AT)
    assert price is not None
    assert price.model == found


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "gpt-4o-by-somebody"),
        ("openai", "gpt-99"),
        ("openai", "my-org/gpt-4o"),
        ("openai", "llama-3.3-70b-versatile"),
        ("our-gateway", "gpt-4o"),
        ("groq", "openai/gpt-4o"),
        ("anthropic", "claude-opus-4-99"),
        ("", "llama-3.3-70b-versatile"),
        ("", ""),
        ("openai", ""),
        ("openai", "/"),
    ],
)
def test_what_is_not_known_for_certain_has_no_price(provider: str, model: str) -> None:
    assert find_price(provider, model, AT) is None


@given(st.text(), st.text())
def test_any_name_is_answered(provider: str, model: str) -> None:
    find_price(provider, model, AT)


def test_a_price_holds_from_its_first_day_to_the_day_before_its_end() -> None:
    days = [datetime(2026, 8, 16, 20, tzinfo=UTC), datetime(2026, 8, 17, 20, tzinfo=UTC)]
    prices = [find_price("deepseek", "deepseek-v4-pro", day) for day in days]
    assert [price and price.rates.input for price in prices] == [0.435, 0.66]


def test_a_price_may_hang_on_the_hour() -> None:
    hours = [datetime(2026, 11, 20, hour, tzinfo=UTC) for hour in (0, 1, 4, 9, 10)]
    prices = [find_price("deepseek", "deepseek-v4-pro", hour) for hour in hours]
    assert [price and price.rates.input for price in prices] == [0.66, 1.32, 0.66, 1.32, 0.66]


@pytest.mark.parametrize("table", load_tables(), ids=lambda table: table.provider)
def test_every_table_says_whose_prices_it_has_from_where_and_as_of_when(table: Any) -> None:
    assert table.prices
    for name, prices in table.prices.items():
        assert name == name.lower()
        for price in prices:
            assert price.source
            assert price.as_of
            told = [price.rates, *(tier.rates for tier in price.tiers)]
            assert all(rate is None or 0 <= rate < 1000 for rates in told for rate in dataclasses.astuple(rates))


def test_every_listed_name_finds_its_own_price() -> None:
    for table in load_tables():
        for name in table.prices:
            price = find_price(table.provider if table.provider in table.names else sorted(table.names)[0], name, AT)
            assert price is None or (price.provider, price.model) == (table.provider, name)


@given(st.sampled_from(PRICES), USAGES)
def test_a_cost_is_never_negative(price: Price, usage: Usage) -> None:
    computed = compute_cost(price, usage)
    assert computed is not None
    assert computed >= 0


@given(st.sampled_from(PRICES), USAGES, TOKENS, TOKENS)
def test_more_tokens_never_cost_less(price: Price, usage: Usage, more_in: int, more_out: int) -> None:
    more = dataclasses.replace(
        usage, input_tokens=(usage.input_tokens or 0) + more_in, output_tokens=(usage.output_tokens or 0) + more_out
    )
    less_cost, more_cost = compute_cost(price, usage), compute_cost(price, more)
    assert less_cost is not None
    assert more_cost is not None
    assert more_cost >= less_cost * (1 - 1e-12)


def halve(usage: Usage) -> Usage:
    """Twice as many tokens of each kind make this usage whole; parts fit into their wholes."""
    parts = {field.name: getattr(usage, field.name) for field in dataclasses.fields(usage)}
    return Usage(**{name: value // 8 if "cache" in name or "audio" in name else value for name, value in parts.items()})


@given(UNTIERED, st.lists(USAGES.map(halve), min_size=2, max_size=2))
def test_costs_of_calls_add_up_where_the_price_hangs_on_no_length(price: Price, usages: list[Usage]) -> None:
    fitting = [each for each in usages if fits(each)]
    names = [field.name for field in dataclasses.fields(Usage)]
    together = Usage(**{name: sum(getattr(each, name) for each in fitting) for name in names})
    alone = [compute_cost(price, each) for each in fitting]
    assert compute_cost(price, together) == pytest.approx(sum(each or 0 for each in alone), rel=1e-9, abs=1e-12)


def fits(usage: Usage) -> bool:
    inside = usage.cache_read_tokens + usage.cache_write_tokens + usage.audio_input_tokens
    return (
        inside <= (usage.input_tokens or 0)
        and usage.cache_write_1h_tokens <= usage.cache_write_tokens
        and usage.reasoning_tokens + usage.audio_output_tokens <= (usage.output_tokens or 0)
    )


def test_reasoning_and_audio_have_rates_of_their_own_where_they_are_told() -> None:
    price = Price("", "m", Rates(1, 2, reasoning=3, audio_input=10, audio_output=20))
    usage = Usage(100, 100, reasoning_tokens=10, audio_input_tokens=50, audio_output_tokens=40)
    assert compute_cost(price, usage) == pytest.approx((50 * 1 + 50 * 10 + 50 * 2 + 10 * 3 + 40 * 20) / 1e6)
    plain = dataclasses.replace(price, rates=Rates(1, 2))
    assert compute_cost(plain, usage) == pytest.approx((100 * 1 + 100 * 2) / 1e6)


def test_tokens_that_were_not_reported_are_not_taken_for_none() -> None:
    price = Price("", "m", Rates(1, 2), tiers=(Tier(10, Rates(2, 4)),))
    assert compute_cost(price, Usage(input_tokens=5)) is None
    assert compute_cost(price, Usage(output_tokens=5)) is None
    assert compute_cost(dataclasses.replace(price, rates=Rates(1)), Usage(input_tokens=5)) == 5e-6


def test_a_projects_price_wins_over_the_table_in_its_time_and_for_its_provider() -> None:
    own = [
        Price("", "gpt-4o", Rates(1, 1), valid_from=date(2026, 11, 1)),
        Price("azure.ai.openai", "gpt-4o", Rates(7, 7)),
        Price("", "our-model", Rates(0.1, 0.1)),
    ]

    def find(provider: str, model: str, at: datetime = AT) -> float | None:
        price = find_price(provider, model, at, own)
        return price.rates.input if price else None

    assert find("openai", "gpt-4o-2024-08-06") == 1
    assert find("openai", "gpt-4o", datetime(2026, 10, 31, tzinfo=UTC)) == 2.5
    assert find("azure.ai.openai", "gpt-4o") == find("azure", "gpt-4o") == 7
    assert find("our-gateway", "our-model") == 0.1
    assert find("our-gateway", "other-model") is None


def read_priced(*spans: Span, own: tuple[Price, ...] = ()) -> Generation:
    [generation] = price_generations(Trace(spans), read_all(*spans), own)
    return generation


def tell(**attributes: Any) -> dict[str, Any]:
    known = {
        "gen_ai__provider__name": "openai",
        "gen_ai__request__model": "gpt-4o",
        "gen_ai__usage__input_tokens": 1000,
        "gen_ai__usage__output_tokens": 100,
    }
    return call_model(**(known | attributes))


def test_a_call_without_a_reported_cost_is_priced() -> None:
    generation = read_priced(make_read_span(1, tell()))
    assert (generation.cost_usd, generation.cost_reported) == (pytest.approx(0.0035), False)


@pytest.mark.parametrize(
    "reported",
    [
        {"gen_ai__cost__total_cost": 0.25},  # LiteLLM
        {"gen_ai__usage__cost": 0.25},
        {"gen_ai__usage__cost": "0.25"},
        {"llm__cost__total": 0.25},
        {"operation__cost": 0.25},
        {"langfuse__observation__cost_details": json.dumps({"input": 0.2, "output": 0.05, "total": 0.25})},
    ],
)
def test_a_reported_cost_wins_and_is_marked(reported: dict[str, Any]) -> None:
    generation = read_priced(make_read_span(1, tell(**reported)))
    assert (generation.cost_usd, generation.cost_reported) == (0.25, True)


@pytest.mark.parametrize("reported", [0, 0.0, -1, "free", float("nan"), float("inf"), True, "[", "1e999", 1e300])
def test_a_reported_cost_that_is_none_does_not_win(reported: Any) -> None:
    generation = read_priced(
        make_read_span(1, tell(gen_ai__usage__cost=reported, langfuse__observation__cost_details=reported))
    )
    assert (generation.cost_usd, generation.cost_reported) == (pytest.approx(0.0035), False)


def test_a_cost_that_only_the_span_around_the_call_tells_is_the_calls() -> None:
    outer = make_read_span(1, tell(operation__cost=0.5))
    assert read_priced(outer, make_read_span(2, tell(), parent=1)).cost_usd == 0.5


def test_the_model_that_answered_is_priced_not_the_one_that_was_asked_for() -> None:
    answered = {"gen_ai__request__model": "gpt-4o", "gen_ai__response__model": "gpt-4o-mini-2024-07-18"}
    assert read_priced(make_read_span(1, tell(**answered))).cost_usd == pytest.approx(210e-6)
    unknown = {"gen_ai__request__model": "gpt-4o", "gen_ai__response__model": "somebodys-model"}
    assert read_priced(make_read_span(1, tell(**unknown))).cost_usd is None


def test_the_region_that_was_asked_for_counts_where_the_answer_names_none() -> None:
    asked = {
        "gen_ai__provider__name": "aws.bedrock",
        "gen_ai__request__model": "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "gen_ai__response__model": "claude-sonnet-4-5-20250929",
    }
    regional = asked | {"gen_ai__request__model": "us.anthropic.claude-sonnet-4-5-20250929-v1:0"}
    costs = [read_priced(make_read_span(1, tell(**each))).cost_usd for each in (asked, regional)]
    assert costs == [pytest.approx(0.0045), pytest.approx(0.00495)]


def test_cached_tokens_are_priced_right_whether_counted_inside_the_input_or_beside_it() -> None:
    inside = read_priced(make_read_span(1, tell(gen_ai__usage__cache_read__input_tokens=600)))
    assert inside.cost_usd == pytest.approx((400 * 2.5 + 600 * 1.25 + 100 * 10) / 1e6)
    beside = read_priced(make_read_span(1, tell(gen_ai__usage__cache_read__input_tokens=6000)))
    assert read_usage(beside).input_tokens == 7000
    assert beside.cost_usd == pytest.approx((1000 * 2.5 + 6000 * 1.25 + 100 * 10) / 1e6)


def price(generation: Generation, **fields: Any) -> float | None:
    """The cost of a call that tells these tokens besides, in US dollars."""
    [priced] = price_generations(Trace([]), [dataclasses.replace(generation, **fields)])
    return priced.cost_usd


def test_what_was_written_into_the_cache_for_an_hour_costs_more_than_for_five_minutes() -> None:
    call = read_all(make_read_span(1, tell(gen_ai__provider__name="anthropic", gen_ai__request__model=CLAUDE)))[0]
    # 900 plain at 3, 60 for five minutes at 3.75, 40 for an hour at 6, 100 out at 15
    by_hand = (900 * 3 + 60 * 3.75 + 40 * 6 + 100 * 15) / 1e6
    assert price(call, cache_write_tokens=100, cache_write_1h_tokens=40) == pytest.approx(by_hand)


def test_audio_of_a_call_has_rates_of_its_own() -> None:
    call = read_all(make_read_span(1, tell(gen_ai__request__model="gpt-4o-realtime-preview")))[0]
    # 400 of text at 5, 600 of audio at 40, 20 of text at 20, 80 of audio at 80
    by_hand = (400 * 5 + 600 * 40 + 20 * 20 + 80 * 80) / 1e6
    assert price(call, audio_input_tokens=600, audio_output_tokens=80) == pytest.approx(by_hand)


def test_a_model_for_audio_has_no_price_where_audios_is_not_known() -> None:
    silent = [each for each in PRICES if "audio" in each.model and each.rates.audio_input is None]
    assert silent == []
    assert find_price("openai", "gpt-4o-audio-preview", AT) is None


def test_an_unknown_models_call_has_no_cost() -> None:
    assert read_priced(make_read_span(1, tell(gen_ai__request__model="our-own"))).cost_usd is None


def test_a_call_of_more_tokens_than_there_can_be_has_no_cost() -> None:
    assert read_priced(make_read_span(1, tell(gen_ai__usage__input_tokens=2**62))).cost_usd is None
