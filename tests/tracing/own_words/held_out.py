"""Apps that nothing was developed on: layouts as they were met in public repositories, worded anew.

They were looked at once, when the finding was done; docs/own-words.md says what it was worth then.
"""

from collections.abc import Callable

from tests.tracing.own_words.made_up import App, Build, Material, numbered, transcript

HELD_OUT: list[App] = []


def app(language: str = "en") -> Callable[[Build], Build]:
    def register(build: Build) -> Build:
        HELD_OUT.append(App(build.__name__, language, build))
        return build

    return register


@app()
def expert_chatbot(m: Material) -> str:
    return (
        "\nYou know everything about one inventor and love to talk about it.\nTreat every question as one for an expert.\n\n"
        f"Context: {numbered(m.documents, '{text}')}\n\nQuestion: {m.question}\n"
    )


@app()
def fixed_schema(m: Material) -> str:
    return f"Context: orders(id, day), items(id, price)\n\nQuestion: {m.question}\n\nWrite one SELECT for it."


@app()
def indented_history(m: Material) -> str:
    return (
        "You read code and explain it.\n        \n        - Name the classes first\n\n        Current context: "
        f"{numbered(m.documents, '{text}')}\n        Chat history: {transcript(m)}\n        Question: {m.question}\n        \n"
        "        Give a structured explanation:"
    )


@app()
def examples_between(m: Material) -> str:
    return (
        "\n    Answer with the context alone, and grade your answer from 0 to 5.\n\n    Context: "
        f"{numbered(m.documents, '{text}')}\n\n    Examples:\n\n    Question: How high is the tower?\n    Answer: 300 m.\n"
        "    Score: 5\n\n    Question: How old is the sea?\n    Answer: I cannot tell\n    Score: 0\n\n    Now you!\n  \n"
        f"    Question: {m.question}\n"
    )


@app()
def project_id(m: Material) -> str:
    return f"Project context — Project ID: {m.number * 7919}\n\nUser question: {m.question}"


@app()
def page_context(m: Material) -> str:
    return f"Context from the page:\n{numbered(m.documents, '{text}')}\n\nUser question: {m.question}"


@app()
def document_grader(m: Material) -> str:
    return f"Retrieved document: \n\n {m.documents[0]} \n\n User question: {m.question}"


@app()
def internal_documentation(m: Material) -> str:
    return (
        f"Context from internal documentation:\n{numbered(m.documents, '{text}')}\n\nUser Question: {m.question}\n"
        "Stay with what the context says."
    )


@app()
def bracketed_facts(m: Material) -> str:
    reply = f"[Replying to: {m.documents[0][:60]}]\n" if m.number % 2 else ""
    return (
        f"[Current date and time: {m.date} 10:{m.number % 60:02d}]\n[User Intent: Serious - be thorough]\n\n"
        f"{reply}User question: {m.question}"
    )


@app()
def rules_after(m: Material) -> str:
    return (
        "\nYou advise farmers.\n\nUser language: en\nImage analysis: none was made.\nDatabase information: "
        f"{numbered(m.documents, '{text}')}\n\nUser question: {m.question}\n\nVERY IMPORTANT RULES:\n\n1. DOMAIN:\n"
        '   - Farming only.\n   - For anything else say exactly:\n     "Please ask about farming."\n'
    )


@app()
def instruction_markup(m: Material) -> str:
    return (
        "\n    [INST] You turn requests into SQL for this schema:\n    t(a, b)\n\n"
        f"    Given the user question: {m.question}\n    Write a valid query.\n    Give back the query alone. [/INST]\n    "
    )


@app()
def instructions_then_question(m: Material) -> str:
    return (
        "You teach patiently.\nGuidelines:\n1. Explain richly.\n2. Use what is known of the learner: \n3. Be warm.\n\n"
        f"User Question: {m.question}"
    )


@app()
def rules_between(m: Material) -> str:
    return (
        "You searched the web because our own data had nothing. Answer the user's query from the results below.\n\n"
        f"Search Results:\n---------------------\n{numbered(m.documents)}\n---------------------\n"
        f"Rules:\n1. Be short.\n2. Cite by number (e.g., [1]).\n\nQuery: {m.question}\nAnswer: "
    )


@app()
def ruled_headings(m: Material) -> str:
    parts = numbered(m.documents, "[SOURCE {n}: a.pdf]\n{text}", "\n\n---\n\n")
    return f"Use the context alone.\n\n=== CONTEXT ===\n{parts}\n\n=== QUESTION ===\n{m.question}\n\n=== ANSWER ===\n"


@app()
def cited_sources(m: Material) -> str:
    return (
        "You are strict and answer from the context. Cite each claim like this: [Source 1].\n\nContext:\n"
        + numbered(m.documents, "[Source {n}]:\n{text}")
        + f"\n\nQuestion: {m.question}\nAnswer:"
    )


@app()
def one_line(m: Material) -> str:
    return f"Answer the following question in short: {m.question} Using the following facts when useful: {' '.join(m.documents)}"


@app()
def bold_and_rules(m: Material) -> str:
    return (
        f"\nYou are careful.\n\n**Context from the Manual:**\n---\n{numbered(m.documents, '{text}')}\n---\n\n"
        f"**User's Query:**\n{m.question}\n\n**Report to Read:**\n---\n{m.documents[0]}\n---\n\n"
        "From the context alone, do with the report what the query asks.\n"
    )


@app()
def planner(m: Material) -> str:
    return (
        f"\nYou plan the steps of an analysis.\n\nCONTEXT:\nsales\n\nQUESTION:\n{m.question}\n\nPLANNER TYPE:\nsimple\n\n"
        f"RETRIEVED DOCUMENTS:\n{numbered(m.documents, '{text}')}\n\nFUNCTIONS AVAILABLE:\nnone\n\nMake a plan:\n1. Of few steps\n"
    )


@app()
def chunks(m: Material) -> str:
    chunks = numbered(m.documents, "CHUNK {n}. {text}")
    return f"\nThese chunks are the nearest to the query:\n\n{chunks}\n\nQuestion:\n\n{m.question}\n\nAnswer:\n"


@app()
def chat_markup_with_context(m: Material) -> str:
    return (
        "\n<|system|>\nAnswer in full from the context.</s>\n\n<|user|>\nContext:\n"
        f"{numbered(m.documents, '{text}')}\n---\nThis is what you are to answer.\n\nQuestion: {m.question}\n</s>\n\n<|assistant|>\n"
    )


@app()
def indented_notes(m: Material) -> str:
    return (
        "\n    Answer briefly from the notes. Where they do not say, say so.:\n"
        f"    {numbered(m.documents, '{text}')}\n\n    Question: {m.question}\n    Answer:\n    "
    )


@app()
def quoted_message(m: Material) -> str:
    return f'User Message: "{m.question}"'


@app()
def passages_then_rule(m: Material) -> str:
    passages = numbered(m.documents, "[{n}] (source: a.pdf, p.{n})\n{text}")
    return f"Context passages:\n\n{passages}\n\n---\nQuestion: {m.question}"


@app()
def formatter(m: Material) -> str:
    return (
        f"Make the answer easier to read.\n1. Use headings\n2. Keep citations apart\n\nUser's Question: {m.question}\n\n"
        f"Raw Response to Format:\n{m.documents[0]}\n\nWrite it again, with every citation."
    )


@app("zh")
def chinese_line(m: Material) -> str:
    return f"根据下列资料回答问题：{numbered(m.documents, '{text}')}\n\n 问题：{m.question}"


@app()
def indented_context(m: Material) -> str:
    return (
        "\n        You help to answer questions. \n        Take the retrieved context for it. \n\n        Context:\n        "
        f"{numbered(m.documents, '{text}')}\n\n        Question: {m.question}\n        "
    )
