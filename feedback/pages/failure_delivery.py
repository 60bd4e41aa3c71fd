"""How soon failure modes are found and mended comes in; three figures with what they mean go out."""

from dataclasses import dataclass

from feedback.failures.delivery import WORDS, ChangeRate, Delivery, MeanTime

VERSIONS_SHOWN = 5
MINUTE, HOUR, DAY = 60, 3_600, 86_400


@dataclass(frozen=True, slots=True)
class DeliveryFigure:
    title: str
    value: str
    counted: str
    """Of how many, and how sure it is."""
    what: str


def show_delivery(found: Delivery) -> list[DeliveryFigure]:
    return [
        show_time("Mean time to detection", found.detection, "found", WORDS["detection"]),
        show_time("Mean time to recovery", found.recovery, "verified fixed", WORDS["recovery"]),
        show_changes(found.changes),
    ]


def show_time(title: str, time: MeanTime, happened: str, what: str) -> DeliveryFigure:
    counted = f"of {time.count:,} {happened}" if time.count else f"none was {happened}"
    return DeliveryFigure(title, "–" if time.seconds is None else write_span(time.seconds), counted, what)


def show_changes(rate: ChangeRate) -> DeliveryFigure:
    if rate.share is None:
        return DeliveryFigure("Change failure rate", "–", "no release or prompt version was new", WORDS["changes"])
    ends = f"{100 * rate.share.low:.0f} to {100 * rate.share.high:.0f} % at 90 %"
    names = ", ".join(each.version.name for each in rate.failed[:VERSIONS_SHOWN])
    counted = f"{len(rate.failed):,} of {rate.total:,}, {ends}{f': {names}' if names else ''}"
    return DeliveryFigure("Change failure rate", f"{100 * rate.share.value:.0f} %", counted, WORDS["changes"])


def write_span(seconds: float) -> str:
    """A length of time in the units that a person would use.

    >>> write_span(90), write_span(7_500), write_span(300_000), write_span(20)
    ('2 min', '2 h 5 min', '3 d 11 h', 'under a minute')
    """
    for unit, word, part, part_word in ((DAY, "d", HOUR, "h"), (HOUR, "h", MINUTE, "min")):
        if seconds >= unit:
            whole, rest = divmod(seconds, unit)
            more = f" {int(rest // part)} {part_word}" if rest >= part else ""
            return f"{int(whole):,} {word}{more}"
    return f"{max(1, round(seconds / MINUTE))} min" if seconds >= MINUTE else "under a minute"
