import openai
from retrieval import History, talk
from retrieval_openai import answer
from traceloop_ids import workflow

client = openai.OpenAI(max_retries=0)


@workflow(name="ask_docs")
def ask_docs(question: str, history: History) -> str:
    return answer(client, question, history)


talk(ask_docs)
