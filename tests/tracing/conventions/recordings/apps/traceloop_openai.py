import openai
from openai_dialogues import DIALOGUES
from traceloop_ids import begin, workflow

client = openai.OpenAI(max_retries=0)
for name, dialogue in DIALOGUES.items():
    with begin(name):
        workflow(name="answer")(dialogue)(client)
