"""How OpenInference says whose a dialogue is."""

from collections.abc import Iterator
from contextlib import contextmanager

from openinference.instrumentation import using_attributes


@contextmanager
def begin(name: str) -> Iterator[None]:
    with using_attributes(
        session_id=name,
        user_id="anna",
        tags=["shop"],
        metadata={"plan": "free"},
        prompt_template="Where is my order {order}?",
        prompt_template_version="3",
        prompt_template_variables={"order": 4711},
    ):
        yield
