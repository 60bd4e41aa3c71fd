"""The page of prices: what models cost and by whom, a project's own, and their use for calls that were read before."""

import pytest
from django.test import Client

from tests.conftest import Server
from tests.pages.test_spending import derive, read_page, say
from tracing.models import Project, ProjectPrice, Reprocessing
from tracing.project_prices import load_project_prices
from tracing.reprocessing import reprocess_next

PAGE = "settings/prices"
PRICE = {"model": "our-own", "input": "1", "output": "2.5", "valid_from": "2026-01-01"}


@pytest.fixture
def client(server: Server) -> Client:
    return Client(headers={"host": "localhost"})


def post(client: Client, path: str, **fields: str) -> tuple[int, str]:
    response = client.post(f"/p/default/{PAGE}{path}", fields)
    return response.status_code, " ".join(response.content.decode().split())


def test_each_model_that_was_seen_has_its_price_or_none(server: Server) -> None:
    say(server, 1)
    say(server, 2, model="our-own")
    derive(server)
    page = read_page(server, PAGE)
    assert "price page of OpenAI" in page
    assert "$1.25" in page
    assert page.count("no known price") == 1


def test_a_price_is_added_holds_and_is_removed(server: Server, client: Client) -> None:
    say(server, 1, model="our-own")
    derive(server)
    assert post(client, "/add", **PRICE)[0] == 302
    page = read_page(server, PAGE)
    assert "this project's</td>" in page
    assert "from 2026-01-01" in page
    [price] = load_project_prices(server.project.pk)
    assert (price.rates.input, price.rates.output, price.rates.cache_read) == (1, 2.5, None)
    [row] = ProjectPrice.objects.all()
    assert post(client, f"/{row.pk}/remove")[0] == 302
    assert load_project_prices(server.project.pk) == ()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"input": "-1"}, "Input: Input should be greater than or equal to 0"),
        ({"output": "much"}, "Output: Input should be a valid number"),
        ({"model": ""}, "Model: Field required"),
        ({"valid_until": "2025-01-01"}, "valid_until must be later than valid_from"),
        ({"input": "nan"}, "Input: Input should be a finite number"),
    ],
)
def test_a_price_that_cannot_be_is_told_and_what_was_typed_stays(
    server: Server, client: Client, wrong: dict[str, str], told: str
) -> None:
    status, page = post(client, "/add", **(PRICE | wrong))
    assert status == 422
    assert told in page
    assert 'value="2026-01-01"' in page
    assert not ProjectPrice.objects.exists()


def test_a_model_of_any_name_is_only_text_on_the_page(server: Server, client: Client) -> None:
    hostile = '"><script>alert(1)</script>&model=x'
    say(server, 1, model=hostile)
    derive(server)
    post(client, "/add", **(PRICE | {"model": hostile}))
    page = read_page(server, PAGE)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "model=%22%3E%3Cscript%3Ealert%281%29%3C%2Fscript%3E%26model%3Dx&amp;provider=" in page


def test_calls_that_were_read_before_follow_when_somebody_says_so(server: Server, client: Client) -> None:
    say(server, 1, model="our-own")
    derive(server)
    post(client, "/add", **PRICE)
    assert server.get_json("generations")["items"][0]["cost_usd"] is None
    assert post(client, "/apply")[0] == 302
    assert "They are being read again: 0 traces." in read_page(server, PAGE)
    assert reprocess_next(server.store) == 1
    assert server.get_json("generations")["items"][0]["cost_usd"] == pytest.approx(1250 / 1e6)
    assert Reprocessing.objects.get().state == "done"
    assert "until they are read again" in read_page(server, PAGE)


def test_a_price_of_another_project_is_not_removed(server: Server, client: Client) -> None:
    other = Project.objects.create(slug="other", name="Other")
    row = ProjectPrice.objects.create(project=other, model="m", input=1, output=1)
    post(client, f"/{row.pk}/remove")
    assert ProjectPrice.objects.filter(pk=row.pk).exists()


def test_models_that_were_last_called_long_ago_are_not_listed(server: Server) -> None:
    say(server, 1, age_days=40, model="old-one")
    derive(server)
    assert "old-one" not in read_page(server, PAGE)
