"""A module of DSPy, which writes its prompt from the names of the fields."""

import dspy
from openinference.instrumentation.dspy import DSPyInstrumentor
from opentelemetry_export import export
from retrieval import MODEL, History, retrieve, talk

DSPyInstrumentor().instrument(tracer_provider=export())
dspy.configure(lm=dspy.LM(f"openai/{MODEL}", cache=False, num_retries=0, temperature=1.0, max_tokens=20_000))


class Answering(dspy.Module):
    def __init__(self) -> None:
        self.respond = dspy.Predict("context: list[str], question -> response")

    def forward(self, question: str) -> dspy.Prediction:
        return self.respond(context=retrieve(question), question=question)


answering = Answering()


def answer(question: str, history: History) -> str:
    return str(answering(question=question).response)


talk(answer)
