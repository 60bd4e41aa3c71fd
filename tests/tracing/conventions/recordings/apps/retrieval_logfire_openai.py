from functools import partial

import logfire
import openai
from retrieval import talk
from retrieval_openai import answer

logfire.configure(send_to_logfire=False, console=False, service_name="shop")
logfire.instrument_openai()
talk(partial(answer, openai.OpenAI(max_retries=0)))
logfire.force_flush()
