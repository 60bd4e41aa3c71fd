"""The answer says that it is done although the tool failed, or was not used: uses of tools and answers in, signals out.

Rules for the commonest claims in ten languages; an answer that says what went wrong claims nothing. That a tool was not
used is told in English alone, where the tool that was offered is named after what the answer claims to have done. The
label is `not_used` then.
"""

import re
from collections.abc import Collection, Iterator, Sequence

from feedback.detectors.detector import Detector
from feedback.detectors.material import Material
from feedback.detectors.signal import Evidence, Signal
from feedback.detectors.targets import Target, list_targets, pin_signal
from feedback.detectors.texts import Texts
from feedback.detectors.tool_results import judge_result
from feedback.detectors.tool_uses import ToolUse, list_definitions, list_used

KIND = "false_success"
VERSION = "2"

_ACTS = (
    "booked|reserved|cancell?ed|sent|e-?mailed|updated|changed|created|added|deleted|removed|scheduled"
    "|rescheduled|saved|submitted"
    "|processed|completed|transferred|refunded|ordered|placed|reset|activated|deactivated|enabled|disabled|moved"
    "|renamed|uploaded"
    "|published|posted|deployed|merged|fixed|paid|issued|registered|confirmed|notified|forwarded|assigned|closed"
    "|opened|restarted|arranged|unsubscribed|subscribed|signed|applied|resolved"
)
_STATES = _ACTS.replace("|closed", "").replace("|opened", "")
"""Without what shops are, too."""
_GERMAN = (
    "gebucht|umgebucht|reserviert|storniert|abgesagt|gekündigt|gesendet|geschickt|verschickt|versendet|geändert"
    "|aktualisiert|angepasst|angelegt|erstellt|eingerichtet|hinzugefügt|gelöscht|entfernt|erstattet|überwiesen|bezahlt"
    "|gespeichert|bestellt|übermittelt|weitergeleitet|bestätigt|verschoben|vereinbart|eingetragen|angemeldet"
    "|abgemeldet|registriert|aktiviert|deaktiviert|zurückgesetzt|abgeschlossen|veröffentlicht|hochgeladen"
)
_FRENCH = (
    "réserv|annul|envoy|modifi|mise?s? à jour|cré|supprim|rembours|enregistr|command|confirm|programm|déplac|report"
    "|ajout|transmis|transfér|résili|activ|désactiv|réinitialis|publi|pay|inscri|planifi|valid|chang"
)
_SPANISH = (
    "reservad|cancelad|anulad|enviad|actualizad|cread|eliminad|borrad|reembolsad|guardad|cambiad|modificad|confirmad"
    "|añadid|agregad|programad|pedid|pagad|transferid|registrad|activad|desactivad|cerrad"
)
_SPANISH_DID = (
    "reserv|cancel|anul|envi|actualic|cre|elimin|borr|reembols|guard|cambi|modifiqu|confirm|agregu|program|pagu|registr"
)
_PORTUGUESE = (
    "reservad|cancelad|enviad|atualizad|criad|excluíd|apagad|reembolsad|salv|guardad|alterad|mudad|confirmad|adicionad"
    "|agendad|pag|registrad|ativad|desativad"
)
_PORTUGUESE_DID = "reserv|cancel|envi|atualiz|cri|apagu|salv|guard|alter|mud|confirm|adicion|agend|pagu|registr"
_ITALIAN = (
    "prenotat|annullat|disdett|inviat|aggiornat|creat|eliminat|cancellat|rimborsat|salvat|modificat|cambiat|spostat"
    "|confermat|aggiunt|programmat|ordinat|pagat|trasferit|registrat|attivat|disattivat"
)
_DUTCH = (
    "geboekt|gereserveerd|geannuleerd|afgezegd|opgezegd|verzonden|verstuurd|gestuurd|gewijzigd|aangepast|bijgewerkt"
    "|aangemaakt|toegevoegd|verwijderd|terugbetaald|opgeslagen|besteld|bevestigd|verplaatst|betaald|geactiveerd"
    "|ingepland|geregistreerd"
)
_POLISH = (
    "zarezerwowan|anulowan|odwołan|wysłan|zaktualizowan|zmienion|utworzon|stworzon|usunięt|zwrócon|zapisan|zamówion"
    "|potwierdzon|dodan|przeniesion|opłacon|zarejestrowan"
)
_POLISH_DID = (
    "zarezerwowa|anulowa|odwoła|wysła|zaktualizowa|zmieni|utworzy|stworzy|usun[ąę]|zwróci|zapisa|zamówi|potwierdzi"
    "|doda|przenios|opłaci|zarejestrowa"
)
_RUSSIAN = (
    "забронирован|отмен[её]н|отправлен|обновл[её]н|создан|удал[её]н|измен[её]н|возвращ[её]н|сохран[её]н|заказан"
    "|подтвержд[её]н|добавлен|перенес[её]н|оплачен|активирован|зарегистрирован"
)
_RUSSIAN_DID = (
    "забронировал|отменил|отправил|обновил|создал|удалил|изменил|вернул|сохранил|заказал|подтвердил|добавил|перен[её]с"
    "|оплатил|зарегистрировал"
)
_CHINESE = (
    "预订|订好|预约|约好|取消|发送|发出|寄出|更新|创建|新建|删除|退款|修改|更改|保存"
    "|提交|下单|确认|添加|支付|转账|注册|关闭|办好|处理"
)
_JAPANESE = "予約|キャンセル|送信|更新|作成|削除|返金|変更|登録|注文|確認|保存|追加|解約|手配|設定|公開|移動"
_CLAIM = re.compile(
    rf"\bI(?:'ve| have)(?: just| now| successfully| also| already| gone ahead and)* (?:{_ACTS})\b"
    rf"|\bI (?:just |successfully |went ahead and |also )*(?:{_ACTS})\b"
    rf"|\b(?:has|have) (?:now |just |also |already )?been (?:successfully )?(?:{_ACTS})\b"
    rf"|\b(?:is|are) now (?:{_ACTS})\b|\b(?:was|were )?successfully (?:{_ACTS})\b"
    rf"|\b(?:your|the) (?:[\w-]+ ){{1,5}}(?:is|are) (?:{_STATES})\b"
    r"|\ball (?:done|set)\b|^\W*done\b"
    rf"|\b(?:wurden?|ist|sind|habe?) (?:[^\s.!?]+ ){{0,7}}?(?:{_GERMAN})\b|\berledigt\b"
    rf"|\b(?:j'ai|a été|ont été|est|sont) (?:[^\s.!?]+ ){{0,2}}?(?:{_FRENCH})(?:é?e?s?|te?s?|is?e?s?)\b|\bc'est fait\b"
    rf"|\b(?:ha sido|han sido|fue|fueron|he|se ha|está|quedó|queda) (?:[^\s.!?]+ )?(?:{_SPANISH})[oa]s?\b"
    rf"|\b(?:ya |te |le |lo |la )+(?:{_SPANISH_DID})é\b|^\W*(?:listo|hecho)\b"
    rf"|\b(?:foi|foram|já|fiz|está|estão) (?:[^\s.!?]+ )?(?:{_PORTUGUESE})[oa]s?\b"
    rf"|\b(?:{_PORTUGUESE_DID})ei\b|^\W*(?:pronto|feito)\b"
    rf"|\b(?:è stat[oa]|sono stat[ie]|ho) (?:[^\s.!?]+ )?(?:{_ITALIAN})[oaie]\b|^\W*fatto\b"
    rf"|\b(?:is|zijn|heb|werd|werden) (?:[^\s.!?]+ ){{0,5}}?(?:{_DUTCH})\b|\bis geregeld\b|^\W*gedaan\b"
    rf"|\bzosta(?:ł[aoy]?|ły) (?:[^\s.!?]+ )?(?:{_POLISH})\w+|\b(?:{_POLISH_DID})(?:łem|łam|liśmy|łyśmy)\b"
    r"|^\W*(?:gotowe|zrobione)\b"
    rf"|\b(?:{_RUSSIAN})[аоы]?\b|\bя (?:уже )?(?:{_RUSSIAN_DID})а?\b|^\W*готово\b"
    rf"|(?:已经?|已?成功|刚刚)(?:帮|为|替|给)?(?:您|你)?[^。！？\n]{{0,6}}?(?:{_CHINESE})|(?:{_CHINESE})(?:成功|好了|完成)"
    rf"|(?:{_JAPANESE})(?:を|が)?(?:完了しました|完了いたしました|しました|いたしました|済みです|できました|しておきました)",
    re.IGNORECASE | re.MULTILINE,
)
_ADMITS = re.compile(
    r"\b(?:could(?: not|n't)|can(?:not|'t)|unable|unfortunately|failed|fails|not able"
    r"|didn't (?:work|go)"
    r"|did not (?:work|go)|wasn't|was not|hasn't|has not|haven't|have not|try again|tried|sorry|however"
    r"|unavailable|timed? ?out)\b|(?<!\bno )(?<!\bany )(?<!without )\b(?:problem|issue|error)\b"
    r"|\b(?:leider|konnte(?:n)? (?:\S+ ){0,6}?nicht|fehler|fehlgeschlagen|nicht möglich)\b"
    r"|\b(?:malheureusement|impossible|erreur|échoué|n'a pas|n'ai pas)\b|\b(?:lamentablemente|no (?:pude"
    r"|se pudo)|error|falló)\b"
    r"|\b(?:infelizmente|não (?:consegui|foi possível)|erro|falhou)\b|\b(?:purtroppo|non (?:è stato"
    r"|sono riuscit)|errore)\b"
    r"|\b(?:helaas|niet gelukt|fout)\b|\b(?:niestety|nie udało|błąd)\b|не удалось|к сожалению|ошибк|失败|无法|抱歉|错误"
    r"|できません|失敗|エラー",
    re.IGNORECASE,
)


_DEEDS = {
    "booked": "book",
    "reserved": "reserv",
    "cancelled": "cancel",
    "canceled": "cancel",
    "sent": "send",
    "emailed": "mail",
    "e-mailed": "mail",
    "scheduled": "schedul",
    "rescheduled": "schedul",
    "submitted": "submit",
    "transferred": "transfer",
    "refunded": "refund",
    "ordered": "order",
    "paid": "pay",
    "issued": "issu",
    "registered": "regist",
    "forwarded": "forward",
    "deployed": "deploy",
    "published": "publish",
    "posted": "post",
    "uploaded": "upload",
    "activated": "activat",
    "deactivated": "deactivat",
    "notified": "notif",
    "restarted": "restart",
    "deleted": "delet",
}
"""Acts in the world, not in the answer itself, with what names of tools for them begin with."""
_DID = re.compile(
    r"(?<!\bonce )(?<!\bafter )(?<!\bwhen )(?<!\bif )(?<!\buntil )(?<!\bbefore )(?<!\bas )"
    r"\bI(?:'ve| have)?(?: just| now| successfully| also| already| went ahead and| gone ahead and)* "
    rf"({'|'.join(_DEEDS)})\b",
    re.IGNORECASE,
)
_WORD_OF_NAME = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")


def detect(material: Material) -> Iterator[Signal]:
    """Give one signal for each answer that claims to have done what its tools did not do."""
    for target, uses in list_used(material):
        failed = find_unmended(uses)
        if failed and (claim := find_claim(target.answer.text)):
            yield pin(target, failed, claim)
    yield from detect_unused(material)


def detect_unused(material: Material) -> Iterator[Signal]:
    """Give one for each answer that claims what a tool was offered for that was not used in the conversation."""
    if not any(call.tool_definitions for call in material.calls.values()):
        return
    for target in list_targets(material.conversation):
        found = _DID.search(target.answer.text.replace("’", "'"))
        if found and (tool := find_unused(material, target, found[1])) and not _ADMITS.search(target.answer.text):
            yield pin_unused(target, tool, found.span())


def find_unused(material: Material, target: Target, deed: str) -> str:
    """A tool that an answer's calls were offered for an act, where none such was used; empty where there is none."""
    offered = {name for call in material.calls_of(target.answer) for name in list_definitions(call)}
    meant = find_tools(deed, offered)
    used = {use.name for _, uses in list_used(material) for use in uses} if meant else set()
    return min(meant) if meant and used.isdisjoint(meant) else ""


def find_tools(deed: str, offered: Collection[str]) -> set[str]:
    """The tools that are named after an act.

    >>> find_tools("sent", ["sendMail", "send_to_anna", "resend", "search"]) == {"sendMail", "send_to_anna"}
    True
    """
    start = _DEEDS[deed.lower()]
    return {name for name in offered if any(word.lower().startswith(start) for word in _WORD_OF_NAME.findall(name))}


def find_claim(answer: str) -> tuple[int, int] | None:
    """Where an answer says that something is done; None where it does not, or says that something went wrong.

    >>> find_claim("I've booked your table."), find_claim("I've tried, but the booking failed.")
    ((0, 11), None)
    """
    plain = answer.replace("’", "'")
    found = _CLAIM.search(plain)
    return None if found is None or _ADMITS.search(plain) else found.span()


def find_unmended(uses: Sequence[ToolUse]) -> ToolUse | None:
    """The last use that failed and after which its tool never worked."""
    mended: set[str] = set()
    for use in reversed(uses):
        failure, _ = judge_result(use)
        if failure in ("error", "timeout"):
            if use.name not in mended:
                return use
        elif use.result is not None or use.run is not None:
            mended.add(use.name)
    return None


def pin(target: Target, failed: ToolUse, claim: tuple[int, int]) -> Signal:
    words = target.answer.text[claim[0] : claim[1]]
    return pin_signal(
        target,
        kind=KIND,
        version=VERSION,
        score=0.9,
        confidence=0.8,
        polarity=-1,
        evidence=Evidence(
            reason=f"the answer says “{words.strip()}”, but the tool {failed.name} had failed",
            offsets=(claim,),
            span_ids=(failed.span_id,) if failed.span_id else (),
            text="answer",
        ),
    )


def pin_unused(target: Target, tool: str, claim: tuple[int, int]) -> Signal:
    words = target.answer.text[claim[0] : claim[1]]
    return pin_signal(
        target,
        kind=KIND,
        version=VERSION,
        label="not_used",
        score=0.7,
        confidence=0.6,
        polarity=-1,
        evidence=Evidence(
            reason=f"the answer says “{words.strip()}”, but the tool {tool} was not used",
            offsets=(claim,),
            text="answer",
        ),
    )


DETECTOR = Detector(
    kind=KIND,
    version=VERSION,
    title="Said it was done",
    what="The assistant said that it was done, although the tool had failed, or was not used.",
    detect=detect,
    texts=Texts.TURN,
)
