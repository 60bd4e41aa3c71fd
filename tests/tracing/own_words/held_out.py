"""Made-up apps that nothing was developed on: written when the finding was done, to see what it is worth elsewhere."""

from collections.abc import Callable

from tests.tracing.own_words.made_up import App, Build, Material, numbered, transcript

HELD_OUT: list[App] = []


def app(language: str = "en") -> Callable[[Build], Build]:
    def register(build: Build) -> Build:
        HELD_OUT.append(App(build.__name__, language, build))
        return build

    return register


@app()
def hotel(m: Material) -> str:
    facts = numbered(m.documents, "o {text}", "\n")
    return f"Hotel facts\n{facts}\n\nGuest ({m.name}) wants to know:\n{m.question}\n\nAnswer as the concierge would."


@app()
def legal(m: Material) -> str:
    cases = numbered(m.documents, "CASE {n}\n{text}", "\n\n")
    return f"{cases}\n\nUsing only the cases above, advise on the following matter.\n\nMATTER: {m.question}"


@app()
def spreadsheet_helper(m: Material) -> str:
    return (
        "You write formulas for spreadsheets. The sheet has the columns Date, Shop, Revenue.\n"
        f"First rows:\nDate;Shop;Revenue\n{m.date};{m.name};{m.number * 7}\n\nWhat is wanted: {m.question}"
    )


@app()
def sql_agent(m: Material) -> str:
    return (
        "Given an input question, create a syntactically correct PostgreSQL query to run.\n\nOnly use the following"
        " tables:\nCREATE TABLE orders (id INT, placed DATE)\nCREATE TABLE items (id INT, price NUMERIC)\n\n"
        f"Question: {m.question}\nSQLQuery:"
    )


@app("de")
def arztpraxis(m: Material) -> str:
    return (
        f"Praxiswissen:\n{numbered(m.documents, '* {text}', chr(10))}\n\nPatientin schreibt ({m.date}):\n{m.question}\n\n"
        "Gib keine Diagnosen."
    )


@app("de")
def frage_in_anfuehrung(m: Material) -> str:
    return f"Hier ist eine Nutzeranfrage: „{m.question}“\n\nDazu passende Texte:\n{numbered(m.documents)}"


@app("fr")
def assurance(m: Material) -> str:
    return (
        f"# Documents trouvés\n\n{numbered(m.documents)}\n\n# Échange précédent\n\n{transcript(m, 'Client', 'Conseiller')}"
        f"\n\n# Nouveau message\n\n{m.question}\n"
    )


@app("es")
def ayuntamiento(m: Material) -> str:
    return f"<normativa>\n{numbered(m.documents)}\n</normativa>\n<consulta>\n{m.question}\n</consulta>\nResponde en español."


@app("it")
def ricette(m: Material) -> str:
    return f"Ricette trovate:\n{numbered(m.documents)}\n\nRichiesta: {m.question}\n\nRispondi con una ricetta sola."


@app("pt")
def loja(m: Material) -> str:
    return f"Você é a assistente da loja.\nHistórico:\n{transcript(m, 'cliente', 'loja')}\n---\nCliente agora: {m.question}"


@app("zh")
def chinese_shop(m: Material) -> str:
    return f"商品资料如下：\n{numbered(m.documents)}\n\n顾客说：“{m.question}”\n\n请用一句话回复顾客。"


@app("ja")
def japanese_manual(m: Material) -> str:
    return f"## マニュアル抜粋\n{numbered(m.documents)}\n\n## お客様からのお問い合わせ\n{m.question}\n\n## 回答例\n"


@app("ru")
def russian_bank(m: Material) -> str:
    return f"База знаний:\n{numbered(m.documents)}\n\nДиалог:\n{transcript(m, 'Клиент', 'Оператор')}\nКлиент: {m.question}\nОператор:"


@app("ar")
def arabic_tags(m: Material) -> str:
    return f"<context>{numbered(m.documents)}</context>\n<user_query>{m.question}</user_query>\nأجب بالعربية."


@app("pl")
def polish_prefix(m: Material) -> str:
    return f"Jesteś pomocnikiem sklepu internetowego. Odpowiadaj krótko i uprzejmie.\n\n{m.question}"


@app("hi")
def hindi_question_first(m: Material) -> str:
    return f"उपयोगकर्ता का प्रश्न: {m.question}\n\nमिले हुए लेख:\n{numbered(m.documents)}"


@app()
def graph_rag(m: Material) -> str:
    rows = numbered(m.documents, "({n}) -[RELATES]-> {text}", "\n")
    return f"---Role---\nYou answer from the graph.\n\n---Graph---\n{rows}\n\n---User request---\n{m.question}"


@app()
def crew_task(m: Material) -> str:
    return (
        f"\nCurrent Task: {m.question}\n\nThis is the expected criteria for your final answer: a short answer\nyou MUST return"
        " the actual complete content as the final answer, not a summary.\n\nBegin! This is VERY important to you."
    )


@app()
def slack_bot(m: Material) -> str:
    return f"Channel: #help\nThread:\n{transcript(m, 'person', 'bot')}\n\n@{m.name} says: {m.question}"


@app()
def page_beside(m: Material) -> str:
    return (
        f'The visitor is on the page https://example.com/p/{m.number} whose text is:\n"""\n{m.documents[0]}\n"""\n'
        f"They ask: {m.question}"
    )


@app()
def json_wrapped(m: Material) -> str:
    import json

    return json.dumps({"docs": list(m.documents), "locale": "en", "user_message": m.question}, ensure_ascii=False)


@app()
def answer_language(m: Material) -> str:
    return f"{m.question}\n\n(Answer in English. Today is {m.date}.)"


@app()
def evaluation_judge(m: Material) -> str:
    return (
        "Grade the answer to a question from 1 to 5.\n\n[BEGIN DATA]\n************\n"
        f"[Question]: {m.question}\n************\n[Answer]: {m.documents[0]}\n************\n[END DATA]\n\nGrade:"
    )


@app()
def sources_after_rule(m: Material) -> str:
    return f"{m.question}\n\n========\nRetrieved for you:\n{numbered(m.documents)}\n========"
