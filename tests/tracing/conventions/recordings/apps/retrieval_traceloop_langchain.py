import traceloop_ids  # noqa: F401 - begins OpenLLMetry
from retrieval_langchain import ask

ask()
