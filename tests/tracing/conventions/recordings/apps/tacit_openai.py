from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import openai
import tacit
from openai_talk import talk

tacit.configure()
tacit.instrument_openai()


@contextmanager
def begin(name: str) -> Iterator[None]:
    prompt = tacit.prompt("find_order", 3, "Where is my order {{order}}?", {"order": 4711})
    with tacit.conversation(name, user_id="anna"), prompt if name == "prompt" else nullcontext():
        yield


talk(openai.OpenAI(max_retries=0), begin)
tacit.flush()
