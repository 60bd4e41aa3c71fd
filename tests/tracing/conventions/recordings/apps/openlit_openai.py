import openai
import openlit
from openai_talk import talk
from opentelemetry_export import begin_by_root_span

openlit.init(service_name="shop", environment="production", disable_batch=True, disable_metrics=True)
talk(openai.OpenAI(max_retries=0), begin_by_root_span)
