"""Documents in blocks of their own, the question in the last one."""

import anthropic
from opentelemetry.instrumentation.genai.anthropic import AnthropicInstrumentor
from opentelemetry_export import export
from retrieval import History, retrieve, talk

AnthropicInstrumentor().instrument(tracer_provider=export())
client = anthropic.Anthropic(max_retries=0)
SYSTEM = "You work at the information desk of a railway."


def answer(question: str, history: History) -> str:
    found = "\n".join(f"<excerpt>{text}</excerpt>" for text in retrieve(question))
    spoken = [message for asked, answered in history for message in (("user", asked), ("assistant", answered))]
    text = f"Here is what our handbook says:\n<handbook>\n{found}\n</handbook>\n\nThe traveller writes:\n\n{question}"
    messages = [*({"role": role, "content": said} for role, said in spoken), {"role": "user", "content": text}]
    said = client.messages.create(model="claude-sonnet-4-5", max_tokens=300, system=SYSTEM, messages=messages)
    return str(said.content[0].text)


talk(answer)
