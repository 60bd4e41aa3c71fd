"""One message in, the part of it that is marked as the person's own words out: by tags, labels or a machine's prefix.

Only what a program must have written counts as a mark. A person who types "Question:" or pastes XML has written all of
it, so where there is doubt nothing is found.
"""

import re
from dataclasses import dataclass

from tracing.conventions.messages import parse_json
from tracing.own_words.labels import Label, classify_name, find_labels, list_names

SHORTEST_MARKED = 12
LONGEST_MARKED = 200_000
QUESTION_TAGS = list_names("""
    question, query, user_query, user_question, userquestion, userquery, user_input, userinput, user_message,
    usermessage, user_request, user_prompt, current_question, customer_question, customer_message, customer_query,
    frage, pregunta, user_utterance, latest_message, new_message, task, domanda, pergunta, vraag, consulta,
    mensagem, mensaje, user, user_turn
""")
CONTENT_TAGS = list_names("""
    context, contexts, documents, document, docs, doc, sources, source, search_results, search_result,
    searchresults, retrieved, retrieved_context, retrieved_documents, retrieved_chunks, knowledge, knowledge_base,
    passages, passage, excerpts, chunks, chunk, chat_history, conversation_history, history, conversation,
    previous_conversation, system-reminder, system_reminder, environment_details, environment_context,
    attached_files, attachment, attachments, uploaded_files, file_contents, memory, memories, user_info,
    user_profile, current_date, kontext, dokumente, contexto, documentos, contexte, additional_context,
    context_information, data_sources, documenti, documenten
""")
"""What retrieval and agents wrap; nothing of it was typed."""
OTHER_TAGS = CONTENT_TAGS | list_names("""
    instructions, instruction, rules, guidelines, examples, example, tools, metadata, system, format,
    output_format, persona, role, file, files
""")
INSTRUCTIONS = re.compile(
    r"(?:us(?:e|ing)|based (?:only |solely |strictly )?(?:up)?on|given|from|consult|read|with) (?:only |solely )?"
    r"(?:the |these |this )?(?:\w+ ){0,4}(?:context|documents?|passages?|excerpts?|sources|search results"
    r"|information|articles?|pieces|knowledge|snippets|chunks|conversation|references?)"
    r"|(?:context|documents?|sources|passages?|information) (?:below|above|provided|information is)"
    r"|(?:answer|respond to|reply to) (?:the |this |my )?(?:\w+(?:'s|’s)? ){0,3}"
    r"(?:question|query|message|request|user|customer)"
    r"|rephrase the follow|not prior knowledge|don't know the answer|do not know the answer|you are an? \w+"
    r"|your (?:task|job) is|existing answer|friendly conversation between|have access to the following tools"
    r"|beantworte|anhand (?:der|des|dieser)|kontext|nutze (?:nur |die |den )|antworte (?:nur|auf)|basierend auf"
    r"|responde|basándote|utiliza (?:solo |el |la |los )|contexto|usando (?:solo |el |la |los )|según (?:el|la|los)"
    r"|réponds|répondez|en utilisant|à partir d|contexte|rispondi|utilizza|contesto|usando (?:il|i) |responda|com base"
    r"|beantwoord|gebruik|odpowiedz|ответь|используя|на основе|bağlam|aşağıdaki"
    r"|根据|基于|請根據|以下|参考|回答|次の|以下の|다음|바탕으로|السياق|संदर्भ",
    re.IGNORECASE,
)
"""What programs write around documents and questions."""
STAMP = re.compile(
    r"(?:(?:(?:current|today'?s?|now|user(?:'s)?|system|local|aktuelle[sr]?|heutiges|fecha|date)[ _]?"
    r"(?:date|time|datetime|date and time|day|locale|timezone|time zone|language|name|id|plan|country|datum|uhrzeit"
    r"|actual|du jour)|locale|timezone|language|user|channel|date)[ \t]*[:=][^\n]{1,80}|today is [^\n]{3,60})\n",
    re.IGNORECASE,
)
BRACKETED_STAMP = re.compile(r"\[(?:[^\[\]\n]{0,30})?\d{4}-\d\d-\d\d[T ,]\d\d:\d\d[^\[\]\n]{0,40}\][ \t:]*(?=\S)")
USER_TURN = re.compile(
    r"<\|user\|>\n?|<\|im_start\|>user\n|<start_of_turn>user\n|<\|start_header_id\|>user<\|end_header_id\|>\s*"
    r"|\[INST\](?:\s*<<SYS>>.*?<</SYS>>)?",
    re.DOTALL,
)
TURN_END = re.compile(
    r"<\|end\|>|<\|im_end\|>|<end_of_turn>|<\|eot_id\|>|<\|end_of_text\|>|<\|assistant\|>|\[/INST\]|</s>"
)
TAG = re.compile(r"<(/?)([^\W\d][\w.-]{0,40})(\s[^<>\n]{0,200})?>")
RULE = re.compile(r"[ \t]*(?:-{3,}|={3,}|\*{3,}|#{3,}|_{3,}|\"{3}|'{3}|`{3}|~{3,})[ \t]*")


def find_marked_words(text: str) -> str | None:
    """The person's own words in a message that a program put together; None where nothing marks them."""
    if not SHORTEST_MARKED <= len(text) <= LONGEST_MARKED:
        return None
    found = find_json_words(text) if text.startswith("{") else None
    if found is None and ("<|" in text or "_turn>" in text or "[INST]" in text):
        found = find_turn_words(text)
    if found is None and "<" in text:
        found = find_tagged_words(text)
    if found is None and "\n" in text:
        found = find_labelled_words(text)
    if found is None:
        found = find_stamped_words(text)
    found = found and found.strip()
    return found if found and found != text.strip() else None


def find_turn_words(text: str) -> str | None:
    """The last turn of a user in the markup that models are trained with."""
    asked = list(USER_TURN.finditer(text))
    if not asked or not TURN_END.search(text, asked[-1].end()):
        return None
    words = text[asked[-1].end() :]
    ending = TURN_END.search(words)
    words = (words[: ending.start()] if ending else words).strip()
    return find_marked_words(words) or words


def find_json_words(text: str) -> str | None:
    """The question in a JSON object that has documents or a history beside it."""
    decoded = parse_json(text)
    if not isinstance(decoded, dict):
        return None
    kinds = {name: classify_name(name) for name in decoded}
    asked = [decoded[name] for name, kind in kinds.items() if kind == "question" and isinstance(decoded[name], str)]
    return asked[0] if len(asked) == 1 and "context" in kinds.values() else None


@dataclass(frozen=True, slots=True)
class Element:
    """Something between an opening and its closing tag, outside of all others; offsets into the text."""

    name: str
    start: int
    content_start: int
    content_end: int
    end: int

    @property
    def kind(self) -> str | None:
        """`question`, `content` or `other`; None of tags that are in pages and files, too."""
        if self.name in QUESTION_TAGS:
            return "question"
        if self.name in OTHER_TAGS:
            return "content" if self.name in CONTENT_TAGS else "other"
        kind = None if self.name.isascii() else classify_name(self.name)
        return "content" if kind == "context" else kind


def find_elements(text: str) -> list[Element]:
    """The outermost elements, in order; tags that are never closed are text."""
    tags = [tag for tag in TAG.finditer(text) if not (tag[3] or "").endswith("/")]
    closings = match_tags(tags)
    elements: list[Element] = []
    position = 0
    while position < len(tags):
        opening = tags[position]
        closing = closings.get(position)
        if closing is None:
            position += 1
            continue
        end = tags[closing]
        elements.append(Element(opening[2].lower(), opening.start(), opening.end(), end.start(), end.end()))
        position = closing + 1
    return elements


def match_tags(tags: list[re.Match[str]]) -> dict[int, int]:
    """Of each opening tag that is closed the place of its closing one."""
    open_tags: dict[str, list[int]] = {}
    closings: dict[int, int] = {}
    for place, tag in enumerate(tags):
        waiting = open_tags.setdefault(tag[2], [])
        if not tag[1]:
            waiting.append(place)
        elif waiting:
            closings[waiting.pop()] = place
    return closings


def find_tagged_words(text: str) -> str | None:
    elements = find_elements(text)
    asked = [each for each in elements if each.kind == "question"]
    loose = list_loose(text, elements)
    if asked:
        told = any(each.kind not in ("question", None) for each in elements)
        instructed = any(INSTRUCTIONS.search(piece) for piece in loose)
        # A lone element is all there is; beside others' words it must be a program that wrote them.
        certain = told or instructed or not loose
        return text[asked[-1].content_start : asked[-1].content_end] if certain and only_known(elements) else None
    if not any(each.kind == "content" for each in elements) or not only_known(elements):
        return None
    return pick_loose(loose)


def only_known(elements: list[Element]) -> bool:
    """Whether no other tags are there: whoever pastes a page or a file of XML has more of them."""
    return all(each.kind for each in elements)


def list_loose(text: str, elements: list[Element]) -> list[str]:
    """What stands between the elements, without what is empty."""
    ends = [0, *(each.end for each in elements)]
    starts = [*(each.start for each in elements), len(text)]
    pieces = (text[end:start].strip() for end, start in zip(ends, starts, strict=True))
    return [piece for piece in pieces if piece]


def pick_loose(loose: list[str]) -> str | None:
    """The person's words beside the elements: what is labelled, else the only piece that gives no instructions."""
    for piece in reversed(loose):
        questions = [label for label in find_labels(piece) if label.kind == "question"]
        if questions:
            return piece[questions[-1].end :]
    asked = [piece for piece in loose if not INSTRUCTIONS.search(piece)]
    if len(asked) == 1:
        return asked[0]
    return loose[0] if len(loose) == 1 and "\n" not in loose[0] and loose[0].rstrip().endswith("?") else None


def find_labelled_words(text: str) -> str | None:
    """What stands under the label of the question, where other labels and instructions show a program's prompt."""
    labels = find_labels(text)
    question = pick_question(text, labels)
    if question is None:
        return None
    if not is_program(text, labels, question):
        return None
    end = next((label.start for label in labels if label.start > question.start), len(text))
    return drop_rules(text[question.end : end])


def pick_question(text: str, labels: list[Label]) -> Label | None:
    """The label of what is asked now: the last one, unless what it is about only comes after the first."""
    questions = [label for label in labels if label.kind == "question"]
    if not questions:
        return None
    first, last = questions[0], questions[-1]
    contexts = [label for label in labels if label.kind == "context"]
    if contexts and all(label.start > first.start for label in contexts) and not ends_in_label(text, labels, "answer"):
        return first
    return last


def is_program(text: str, labels: list[Label], question: Label) -> bool:
    """Whether a program wrote the labels: documents or history beside instructions, rules or an empty answer."""
    context = any(label.kind == "context" for label in labels)
    waiting = ends_in_label(text, labels, "answer")
    speakers = {label.name.casefold() for label in labels}
    if waiting and (context or (speakers & {"human", "user"} and speakers & {"ai", "assistant"})):
        return True
    if context and any(RULE.fullmatch(line) for line in text.split("\n")):
        return True
    return (context or waiting) and gives_instructions(text, labels[0], question)


def gives_instructions(text: str, first: Label, question: Label) -> bool:
    """Whether there are instructions before the first label, in it, or at the end."""
    end = max(question.end, len(text) - 300)
    return bool(INSTRUCTIONS.search(text[: first.end][-4000:]) or INSTRUCTIONS.search(text[end:]))


def ends_in_label(text: str, labels: list[Label], kind: str) -> bool:
    """Whether the last thing is a label of this kind with nothing behind it."""
    return bool(labels) and labels[-1].kind == kind and not text[labels[-1].end :].strip(" \t\n*`\"'")


def drop_rules(words: str) -> str:
    """Without the lines of dashes, quotes or fences around."""
    lines = words.strip().split("\n")
    while lines and (RULE.fullmatch(lines[-1]) or not lines[-1].strip()):
        lines.pop()
    while lines and (RULE.fullmatch(lines[0]) or not lines[0].strip()):
        lines.pop(0)
    return "\n".join(lines)


def find_stamped_words(text: str) -> str | None:
    """What follows the date, language or name that a program put before it."""
    position = 0
    while stamp := STAMP.match(text, position):
        position = stamp.end()
    if position:
        rest = text[position:]
        labels = find_labels(rest.lstrip("\n").split("\n", 1)[0])
        if labels and labels[0].kind == "question":
            return rest.lstrip("\n")[labels[0].end :]
        return rest if rest.startswith("\n") else None
    bracketed = BRACKETED_STAMP.match(text)
    if bracketed and "\n[" not in text:
        return text[bracketed.end() :]
    return None
