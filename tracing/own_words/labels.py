"""What apps call the parts of a prompt, in many languages: a name or a line in, what it introduces out."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal["question", "context", "answer"]
"""The person's words; documents, history and other things around them; what the model is to write."""

LONGEST_LABEL = 60


def list_names(names: str) -> frozenset[str]:
    """The names in a text of them with commas."""
    return frozenset(name.strip() for name in names.replace("\n", " ").split(",") if name.strip())


QUESTIONS = list_names("""
    question, query, user, human, customer, request, input, message, q, ask, asks, prompt, utterance, problem, comment,
    follow up input, follow up question, original query is as follows, original question is as follows, client,
    frage, anfrage, kundenfrage, nutzerfrage, benutzerfrage, kunde, kundin, nutzer, nutzerin, nachricht, pregunta,
    consulta, cliente, usuario, mensaje, solicitud, demande, requête, utilisateur, domanda, richiesta, utente,
    messaggio, pergunta, usuário, mensagem, vraag, klantvraag, gebruiker, klant, pytanie, zapytanie, użytkownik, klient,
    вопрос, запрос, пользователь, клиент, сообщение, питання, soru, kullanıcı, müşteri, spørgsmål, fråga, spørsmål,
    kysymys, otázka, dotaz, kérdés, întrebare, ερώτηση, שאלה, سؤال, السؤال, استفسار, प्रश्न, सवाल, câu hỏi, pertanyaan,
    คำถาม
""")
CONTEXTS = list_names("""
    context, contexts, document, documents, docs, doc, source, sources, passage, passages, results, result, knowledge,
    background, information, excerpt, excerpts, snippet, snippets, article, articles, reference, references, evidence,
    history, conversation, dialogue, transcript, file, files, attachment, attachments, memory, memories, notes, facts,
    faq, faqs, chunk, chunks, instructions, rules, guidelines, policy, policies, examples, tools, found,
    metadata, profile, plan, data, page, pages, text, content, title, catalog, date, time, datetime, timezone, locale,
    language, name, tier, url, score, id, schema, format, materials, summary, manual,
    kontext, dokument, dokumente, quelle, quellen, verlauf, gesprächsverlauf, wissen, hintergrund, auszüge, unterlagen,
    informationen, anweisungen, regeln, datum, sprache, gespräch, unterhaltung,
    contexto, documento, documentos, fuente, fuentes, historial, información, conversación, instrucciones, fecha,
    contexte, historique, extraits, extrait, connaissances, informations, consignes, contesto, documenti, cronologia,
    fonti, informazioni, conversazione, fontes, histórico, informações, conversa, documenten, bronnen, geschiedenis,
    kontekst, dokumenty, źródła, historia, rozmowa, контекст, документ, документы, история, источники, информация,
    bağlam, belgeler, geçmiş, kaynaklar, السياق, الوثائق, المستندات, المصادر, المحادثة, संदर्भ, दस्तावेज़, इतिहास, ngữ cảnh,
    bối cảnh, tài liệu, lịch sử, konteks, dokumen, riwayat, บริบท, เอกสาร
""")
ANSWERS = list_names("""
    answer, response, assistant, ai, bot, reply, output, thought, standalone question, rephrased question, a,
    search query, rewritten question, rewritten query, new question, chatbot, completion, agent, model, final answer,
    antwort, assistent, respuesta, asistente, réponse, assistante, risposta, assistente, resposta, antwoord, odpowiedź,
    asystent, ответ, ассистент, відповідь, cevap, yanıt, asistan, svar, vastaus, odpověď, válasz, răspuns, απάντηση,
    תשובה, الإجابة, الجواب, إجابة, उत्तर, जवाब, trả lời, câu trả lời, jawaban, คำตอบ
""")
USED = list_names("using, use, based, given, from, found, retrieved, relevant")
UNSPACED: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("answer", re.compile(r"回答|答案|答え|答复|解答|助手|アシスタント|답변|대답|^答$|改写后的问题|独立问题")),
    ("question", re.compile(r"问题|問題|提问|提問|用户|用戶|質問|ユーザー|顧客|질문|사용자|고객|^问$|^問$|请求|咨询")),
    (
        "context",
        re.compile(
            r"上下文|背景|资料|資料|文档|文件|已知信息|信息|历史|歷史|知识|参考|參考|情報|文脈|コンテキスト|履歴|ドキュメント"
            r"|문맥|컨텍스트|문서|참고|기록|대화|자료|日期|日付|날짜|内容"
        ),
    ),
)
"""Names in scripts without spaces, wherever in a label they stand."""
QUESTION_PHRASES = re.compile(
    r"(?:question|query|message|request|input)s? (?:from|of|by) (?:the |our |a )?"
    r"(?:user|customer|client|visitor|person)"
    r"|(?:user|customer|client|visitor|person|human)(?: has)? (?:asks?|asked|says?|said|writes?|wrote|wants? to know)"
    r"|(?:here|this) is (?:the |my )?(?:user|customer|client|visitor)?(?:'s|’s)? ?(?:question|query|message|request)"
    r"|(?:wrote|writes|asks?|asked|says|said|pyta|pisze|fragt|schreibt|pregunta|demande|écrit|chiede|vraagt|спрашивает)$"
    r"|follow[- ]?up (?:question|input)|original (?:question|query) is as follows"
    r"|frage (?:des|der|von)\b|pregunta (?:del|de la)\b|question (?:de l|du)\b|domanda (?:dell|del)\b"
)
REWRITTEN = re.compile(r"(?:standalone|rephrased|rewritten|new|search|improved) (?:question|query|queries)")
ANSWER_PHRASES = re.compile(
    r"(?:answer|reply|respond|antworte|beantworte)\b.*\b(?:question|query|in|with|below|frage)"
    r"|your (?:answer|response|reply)"
)
DECORATION = " \t#*=_-~[](){}<>|•·▪>:：\"'`"
_SPLIT = re.compile(r"[\s_\-/.]+")
_ASIDES = re.compile(r"\([^()]*\)|（[^（）]*）")
_APOSTROPHES = re.compile(r"['’]s\b|\d+")
_COMPOUNDS = re.compile(r"\w+(?:frage|anfrage|nachricht|vraag|fråga|spørsmål|kysymys)")


@lru_cache(maxsize=4096)
def classify_name(name: str) -> Kind | None:
    """What a part of a prompt called `name` holds; None where the name says nothing.

    >>> classify_name("user_question"), classify_name("Chat History"), classify_name("Helpful Answer")
    ('question', 'context', 'answer')
    """
    plain = _ASIDES.sub(" ", name).strip(DECORATION).casefold()
    if not plain or len(plain) > LONGEST_LABEL:
        return None
    for kind, pattern in UNSPACED:
        if pattern.search(plain):
            return kind
    if REWRITTEN.search(plain):
        return "answer"
    if plain.rpartition(" ")[2] in QUESTIONS:
        return "question"
    if ANSWER_PHRASES.search(plain):
        return "answer"
    if QUESTION_PHRASES.search(plain):
        return "question"
    return classify_words([word for word in _SPLIT.split(_APOSTROPHES.sub(" ", plain)) if word])


def classify_words(words: list[str]) -> Kind | None:
    """By the last word, for that is what a label is; else by the first of those few languages that begin with it."""
    if not words or len(words) > 6:
        return None
    whole = " ".join(words)
    pairs: tuple[tuple[Kind, frozenset[str]], ...] = (
        ("question", QUESTIONS),
        ("context", CONTEXTS),
        ("answer", ANSWERS),
    )
    if _COMPOUNDS.fullmatch(words[-1]):
        return "question"
    for part in (whole, words[-1], words[0]):
        for kind, names in pairs:
            if part in names:
                return kind
    return None


def classify_clause(clause: str) -> Kind | None:
    """What a longer clause before a colon introduces: what is to be used, or a question where nothing else is named."""
    words = set(_SPLIT.split(_APOSTROPHES.sub(" ", clause.casefold())))
    if not words & CONTEXTS:
        return "question" if words & QUESTIONS else None
    return "context" if words & USED else None


@dataclass(frozen=True, slots=True)
class Label:
    """A label in a text: what it introduces begins at `end`; offsets into the text."""

    kind: Kind
    name: str
    start: int
    end: int


FENCE = re.compile(r"^[ \t]*```", re.MULTILINE)
_COLON = re.compile(r"[:：]|(?<=[A-Z]) ?=")
_HEADING = re.compile(r"(?:#{1,6} |<\||\*\*|={2,}|-{2,}|\[|【|<<|>>).{1,60}")


def read_label(line: str, start: int) -> Label | None:
    """The label that a line begins with (`Question: …`) or is (`### Question`); `start` is where the line begins."""
    if not line or line.isspace():
        return None
    colon = _COLON.search(line, 0, LONGEST_LABEL + 8)
    if colon:
        kind = classify_name(line[: colon.start()])
        if kind is not None:
            return Label(kind, line[: colon.start()].strip(DECORATION), start, start + skip_marks(line, colon.end()))
    stripped = line.strip()
    if len(stripped) <= LONGEST_LABEL and _HEADING.match(stripped) and not (colon and colon.end() < len(stripped)):
        kind = classify_name(stripped)
        if kind is not None:
            return Label(kind, stripped.strip(DECORATION), start, start + len(line))
    return None


def skip_marks(line: str, offset: int) -> int:
    """Past what closes a label in bold (`**Question:** …`)."""
    return offset + 2 if line.startswith("**", offset) else offset


def find_labels(text: str) -> list[Label]:
    """The labels at the beginnings of lines, in order; not those in fenced code."""
    labels = []
    start = 0
    fences = len(FENCE.findall(text)) if "```" in text else 0
    fenced = False
    for line in text.split("\n"):
        fenced ^= bool(fences and FENCE.match(line))
        label = None if fenced and fences % 2 == 0 else read_label(line, start)
        if label is not None:
            labels.append(label)
        start += len(line) + 1
    return labels
