import openai
from histories import HISTORIES
from openai_talk import CHOSEN
from traceloop_ids import begin, workflow

client = openai.OpenAI(max_retries=0)
for name, dialogue in CHOSEN.items():
    if name in HISTORIES:
        dialogue(client)
    else:
        with begin(name):
            workflow(name="answer")(dialogue)(client)
