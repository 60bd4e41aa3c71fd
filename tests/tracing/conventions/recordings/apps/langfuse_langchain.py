import os

os.environ |= {
    "LANGFUSE_HOST": os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"],
    "LANGFUSE_BASE_URL": os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"],
    "LANGFUSE_PUBLIC_KEY": "pk-lf-none",
    "LANGFUSE_SECRET_KEY": "sk-lf-none",
}

import langfuse
from langchain_dialogues import DIALOGUES
from langfuse.langchain import CallbackHandler

for name, dialogue in DIALOGUES.items():
    whose = {"langfuse_session_id": name, "langfuse_user_id": "anna", "langfuse_tags": ["shop"]}
    dialogue({"callbacks": [CallbackHandler()], "metadata": whose})
langfuse.get_client().flush()
