"""The answer says that it is done although the tool failed: uses of tools and answers in, signals out.

Rules for the commonest claims in ten languages; an answer that says what went wrong claims nothing.
"""

import re
from collections.abc import Iterator, Sequence

from feedback.detectors.detector import Detector
from feedback.detectors.material import Material
from feedback.detectors.signal import Evidence, Signal
from feedback.detectors.targets import Target, pin_signal
from feedback.detectors.tool_results import judge_result
from feedback.detectors.tool_uses import ToolUse, list_used

KIND = "false_success"
VERSION = "1"

_ACTS = (
    "booked|reserved|cancell?ed|sent|e-?mailed|updated|changed|created|added|deleted|removed|scheduled"
    "|rescheduled|saved|submitted"
    "|processed|completed|transferred|refunded|ordered|placed|reset|activated|deactivated|enabled|disabled|moved"
    "|renamed|uploaded"
    "|published|posted|deployed|merged|fixed|paid|issued|registered|confirmed|notified|forwarded|assigned|closed"
    "|opened|restarted"
)
_CLAIM = re.compile(
    rf"\bI(?:'ve| have)(?: just| now| successfully| also| already)* (?:{_ACTS})\b"
    rf"|\bI (?:just |successfully )*(?:{_ACTS})\b"
    rf"|\b(?:has|have) (?:now |just |also |already )?been (?:successfully )?(?:{_ACTS})\b"
    rf"|\b(?:is|are) now (?:{_ACTS})\b|\bsuccessfully (?:{_ACTS})\b|\ball (?:done|set)\b|^\W*done\b"
    r"|\b(?:wurde|wurden|ist|habe) (?:\S+ ){0,6}?(?:gebucht|storniert|gesendet|geändert|aktualisiert|angelegt"
    r"|gelöscht|erstattet"
    r"|gespeichert|versendet|verschickt|erstellt|bestellt|übermittelt)\b|\berledigt\b"
    r"|\b(?:a été|ont été|j'ai|est) (?:bien |maintenant )?(?:réservée?s?|annulée?s?|envoyée?s?|modifiée?s?"
    r"|mise?s? à jour|créée?s?"
    r"|supprimée?s?|remboursée?s?|enregistrée?s?)\b|\bc'est fait\b"
    r"|\b(?:ha sido|han sido|he|se ha|está) (?:reservad|cancelad|enviad|actualizad|cread|eliminad|reembolsad"
    r"|guardad|cambiad)\w+"
    r"|\b(?:foi|foram|já|fiz|está) (?:reservad|cancelad|enviad|atualizad|criad|excluíd|reembolsad|salv|alterad)\w+"
    r"|\b(?:è stat[oa]|sono stat[ie]|ho) (?:prenotat|annullat|inviat|aggiornat|creat|eliminat|rimborsat|salvat"
    r"|modificat)\w+"
    r"|\b(?:is|zijn|heb) (?:\S+ ){0,4}?(?:geboekt|geannuleerd|verzonden|gewijzigd|bijgewerkt|aangemaakt"
    r"|verwijderd|terugbetaald)\b"
    r"|\b(?:został[aoy]?|zostały) (?:zarezerwowan|anulowan|wysłan|zaktualizowan|utworzon|usunięt|zwrócon)\w+"
    r"|(?:забронирован|отмен[её]н|отправлен|обновл[её]н|создан|удал[её]н|измен[её]н|возвращ[её]н)[аоы]?\b"
    r"|(?:已经?|已成功)(?:为您)?(?:预订|取消|发送|更新|创建|删除|退款|修改|保存)"
    r"|(?:予約|キャンセル|送信|更新|作成|削除|返金|変更)(?:が完了しました|しました|いたしました)",
    re.IGNORECASE | re.MULTILINE,
)
_ADMITS = re.compile(
    r"\b(?:could(?: not|n't)|can(?:not|'t)|unable|unfortunately|failed|fails|error|problem|issue|not able"
    r"|didn't (?:work|go)"
    r"|did not (?:work|go)|wasn't|was not|hasn't|has not|haven't|have not|try again|tried|sorry|however"
    r"|unavailable|timed? ?out)\b"
    r"|\b(?:leider|konnte(?:n)? (?:\S+ ){0,6}?nicht|fehler|fehlgeschlagen|nicht möglich)\b"
    r"|\b(?:malheureusement|impossible|erreur|échoué|n'a pas|n'ai pas)\b|\b(?:lamentablemente|no (?:pude"
    r"|se pudo)|error|falló)\b"
    r"|\b(?:infelizmente|não (?:consegui|foi possível)|erro|falhou)\b|\b(?:purtroppo|non (?:è stato"
    r"|sono riuscit)|errore)\b"
    r"|\b(?:helaas|niet gelukt|fout)\b|\b(?:niestety|nie udało|błąd)\b|не удалось|к сожалению|ошибк|失败|无法|抱歉|错误"
    r"|できません|失敗|エラー",
    re.IGNORECASE,
)


def detect(material: Material) -> Iterator[Signal]:
    """Give one signal for each answer that claims to have done what its tools did not do."""
    for target, uses in list_used(material):
        failed = find_unmended(uses)
        if failed and (claim := find_claim(target.answer.text)):
            yield pin(target, failed, claim)


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


DETECTOR = Detector(
    kind=KIND,
    version=VERSION,
    title="Said it was done",
    what="The assistant said that it was done, although the tool had failed.",
    detect=detect,
)
