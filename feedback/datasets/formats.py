"""Every format that can be exported. A new one is a file like its neighbours and a line here."""

from feedback.datasets import (
    evaluation_cases,
    huggingface,
    label_studio,
    openai_dpo,
    openai_sft,
    spreadsheet,
    trl_dpo,
    trl_kto,
    trl_prompt_completion,
    trl_reward,
    trl_sft,
)
from feedback.datasets.format import Format

MODULES = (
    trl_sft,
    trl_prompt_completion,
    trl_dpo,
    trl_kto,
    trl_reward,
    openai_sft,
    openai_dpo,
    huggingface,
    label_studio,
    evaluation_cases,
    spreadsheet,
)
FORMATS: dict[str, Format] = {module.FORMAT.name: module.FORMAT for module in MODULES}


class UnknownFormat(ValueError):  # noqa: N818 - the name says it
    """There is no such format; the message names those that there are."""

    def __init__(self, name: str) -> None:
        super().__init__(f"unknown export format {name!r}: choose one of {', '.join(FORMATS)}")


def find_format(name: str) -> Format:
    """Return the format of that name. Raises UnknownFormat."""
    if name not in FORMATS:
        raise UnknownFormat(name)
    return FORMATS[name]
