import openai
import tacit
from retrieval import History, talk
from retrieval_openai import answer

tacit.configure()
tacit.instrument_openai()
client = openai.OpenAI(max_retries=0)


@tacit.observe
def ask_shop(question: str, history: History) -> str:
    return answer(client, question, history)


talk(ask_shop)
tacit.flush()
