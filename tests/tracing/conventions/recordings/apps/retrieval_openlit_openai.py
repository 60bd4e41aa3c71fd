from functools import partial

import openai
import openlit
from retrieval import talk
from retrieval_openai import answer

openlit.init(service_name="shop", environment="production", disable_batch=True, disable_metrics=True)
talk(partial(answer, openai.OpenAI(max_retries=0)))
