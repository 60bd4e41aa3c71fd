"""Every format that can be exported. A new one is a file like its neighbours and a line here."""

from feedback.datasets import trl_dpo, trl_kto, trl_sft
from feedback.datasets.format import Format

FORMATS: dict[str, Format] = {module.FORMAT.name: module.FORMAT for module in (trl_sft, trl_dpo, trl_kto)}


class UnknownFormat(ValueError):  # noqa: N818 - the name says it
    """There is no such format; the message names those that there are."""

    def __init__(self, name: str) -> None:
        super().__init__(f"unknown export format {name!r}: choose one of {', '.join(FORMATS)}")


def find_format(name: str) -> Format:
    """Return the format of that name. Raises UnknownFormat."""
    if name not in FORMATS:
        raise UnknownFormat(name)
    return FORMATS[name]
