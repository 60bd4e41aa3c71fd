"""One prompt in Portuguese, with the whole dialogue as a transcript."""

from google import genai
from openinference.instrumentation.google_genai import GoogleGenAIInstrumentor
from opentelemetry_export import export
from retrieval import History, retrieve, talk

GoogleGenAIInstrumentor().instrument(tracer_provider=export())
client = genai.Client()


def answer(question: str, history: History) -> str:
    spoken = "".join(f"Passageiro: {asked}\nAssistente: {answered}\n" for asked, answered in history)
    known = "\n\n".join(retrieve(question))
    text = (
        "És o assistente de uma companhia de comboios. Responde apenas com a informação abaixo.\n\n"
        f"=== INFORMAÇÃO ===\n{known}\n=== FIM ===\n\n{spoken}Passageiro: {question}\nAssistente:"
    )
    return str(client.models.generate_content(model="gemini-2.5-flash", contents=text).text)


talk(answer)
