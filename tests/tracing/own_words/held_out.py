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
def insurance_desk(m: Material) -> str:
    return (
        "As a claims assistant you reply only with facts from the policy.\n\nPOLICY EXTRACTS\n"
        + numbered(m.documents, "§{n} {text}", "\n")
        + f"\n\nPOLICYHOLDER WRITES\n{m.question}\n\nDRAFT REPLY"
    )


@app()
def cohere_style(m: Material) -> str:
    documents = numbered(m.documents, "Document: {n}\ntitle: Note {n}\nsnippet: {text}", "\n\n")
    return f"<results>\n{documents}\n</results>\n\n## Latest user turn\n{m.question}\n\nWrite a grounded answer."


@app("es")
def soporte(m: Material) -> str:
    return (
        f"Fecha: {m.date}\nCliente: {m.name}\n\nArtículos encontrados:\n{numbered(m.documents)}\n\n"
        f"El cliente escribe:\n{m.question}\n\nContesta con amabilidad y sin inventar nada."
    )


@app("de")
def behoerde(m: Material) -> str:
    return (
        "Du bist der digitale Assistent einer Stadtverwaltung.\n\n# Fundstellen\n"
        + numbered(m.documents, "- {text}", "\n")
        + f"\n\n# Anliegen der Bürgerin\n{m.question}"
    )


@app("fr")
def bibliotheque(m: Material) -> str:
    return f"Passages :\n{numbered(m.documents)}\n\nQuestion du lecteur : {m.question}\n\nRéponse :"


@app("zh")
def chinese_service(m: Material) -> str:
    return f"你是客服。请只用下面的知识库回答。\n\n知识库：\n{numbered(m.documents)}\n\n客户的问题：{m.question}\n\n你的回答："


@app("ja")
def japanese_history(m: Material) -> str:
    return f"会話履歴:\n{transcript(m, 'ユーザー', 'アシスタント')}\n\n参考文書:\n{numbered(m.documents)}\n\nユーザーの質問: {m.question}"


@app("ru")
def russian_shop(m: Material) -> str:
    return (
        "Ты помощник интернет-магазина. Отвечай вежливо.\n\n"
        f"Найденные статьи:\n{numbered(m.documents)}\n\nСообщение покупателя:\n{m.question}"
    )


@app("pt")
def banco(m: Material) -> str:
    return (
        f"Pergunta do cliente: {m.question}\n\nTrechos da base de conhecimento:\n{numbered(m.documents, '* {text}')}\n\n"
        "Responda em português do Brasil, citando o trecho."
    )


@app("it")
def museo(m: Material) -> str:
    return f"[CONTESTO]\n{numbered(m.documents)}\n[FINE CONTESTO]\n\nIl visitatore chiede: {m.question}"


@app("ko")
def korean_tags(m: Material) -> str:
    return f"<문서>\n{numbered(m.documents)}\n</문서>\n\n<질문>{m.question}</질문>\n\n문서에 있는 내용으로만 답하세요."


@app("pl")
def polish_labels(m: Material) -> str:
    return f"Kontekst:\n{numbered(m.documents)}\n\nPytanie: {m.question}\nOdpowiedź:"


@app("ar")
def arabic_short(m: Material) -> str:
    return f"المستندات:\n{numbered(m.documents)}\n\nسؤال المستخدم: {m.question}"


@app("nl")
def dutch_blocks(m: Material) -> str:
    return f"--- BRONNEN ---\n{numbered(m.documents)}\n--- VRAAG ---\n{m.question}\n--- EINDE ---"


@app("tr")
def turkish_prefix(m: Material) -> str:
    return f"Sen bir banka asistanısın. Kısa, kibar ve doğru yanıt ver. Bilmiyorsan bilmediğini söyle.\n\n{m.question}"


@app()
def voice_assistant(m: Material) -> str:
    return f"(The caller is {m.name}. It is {m.date}.) The caller said: {m.question}"


@app()
def email_triage(m: Material) -> str:
    return (
        "Classify the e-mail below into billing, bug, feature or other. Output one word.\n\n"
        f"From: customer{m.number}@example.com\nReceived: {m.date}\n\nE-mail:\n{m.question}\n\nClass:"
    )


@app()
def code_search(m: Material) -> str:
    snippets = numbered(m.documents, "```python\n# file {n}.py\n{text}\n```")
    return f"Relevant code from the repository:\n\n{snippets}\n\nDeveloper's question:\n\n{m.question}"


@app()
def json_payload_tail(m: Material) -> str:
    return f"{m.question}\n\n###\nMETADATA: user={m.name}; plan=pro; locale=en-GB; date={m.date}"


@app()
def yaml_prompt(m: Material) -> str:
    lines = numbered(m.documents, "  - {text}", "\n")
    return f"role: helpdesk\nknowledge:\n{lines}\nuser_question: |\n  {m.question}"


@app()
def persona_and_tags(m: Material) -> str:
    return (
        "<persona>You are Iris, a patient guide.</persona>\n<rules>Never guess.</rules>\n"
        f"<knowledge>{numbered(m.documents)}</knowledge>\n<message>{m.question}</message>"
    )


@app()
def history_first_json(m: Material) -> str:
    import json

    history = json.dumps([{"user": said, "bot": answer} for said, answer in m.history])
    return f"Earlier messages (JSON): {history}\nThe user's new message: {m.question}\nRespond to the new message only."


@app()
def search_snippets(m: Material) -> str:
    results = numbered(m.documents, "{n}. https://example.com/{n}\n   {text}", "\n")
    return f"Web results for the user's search:\n{results}\n\nThe user searched for: {m.question}\n\nSummarise what they need."


@app()
def double_hash(m: Material) -> str:
    return f"##CONTEXT##\n{numbered(m.documents)}\n##END CONTEXT##\n##QUERY##\n{m.question}\n##END QUERY##"


@app()
def guard(m: Material) -> str:
    return (
        "Task: Check if there is unsafe content in 'User' messages according to our policy.\n\n<BEGIN CONVERSATION>\n\n"
        f"User: {m.question}\n\n<END CONVERSATION>\n\nProvide your safety assessment: first line must be safe or unsafe."
    )


@app()
def title_maker(m: Material) -> str:
    return f"Write a title of at most five words for a chat that begins with this message:\n\n{m.question}"


@app("fr")
def tutor(m: Material) -> str:
    return (
        "Tu es un tuteur patient. Aide l'élève sans donner la solution.\n\n"
        f"Leçon du jour :\n{m.documents[0]}\n\nL'élève dit : « {m.question} »"
    )


@app()
def hyde(m: Material) -> str:
    return f"Please write a passage to answer the question.\nQuestion: {m.question}\nPassage:"


@app("de")
def bereits_gesagt(m: Material) -> str:
    return f"Bisheriger Verlauf:\n{transcript(m, 'Kunde', 'Bot')}\n\nNeue Nachricht:\n{m.question}\n\nWissen:\n{m.documents[0]}"


@app()
def reader_comment(m: Material) -> str:
    return (
        f"Article:\n{m.documents[0]}\n\nA reader left this comment under the article:\n{m.question}\n\n"
        "Reply as the editor, in two sentences."
    )
