"""The look: every text colour is readable on every ground that it stands on, light and dark (WCAG 2.2 AA)."""

import re

import pytest
from django.conf import settings

TOKENS = (settings.BASE_DIR / "static/css/tokens.css").read_text(encoding="utf-8")
COLOURS = {
    name: (light, dark) for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", TOKENS)
}


def find_luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = [
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels
    ]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def find_contrast(one: str, other: str) -> float:
    lighter, darker = sorted((find_luminance(one), find_luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        *((text, ground) for text in ("ink", "ink-soft", "violet", "brick") for ground in ("paper", "card", "shade")),
        *((text, ground) for text in ("teal", "ochre") for ground in ("paper", "card")),
        *(("ink", wash) for wash in ("brick-wash", "teal-wash", "ochre-wash", "violet-wash")),
        ("paper", "violet"),
    ],
)
def test_text_is_readable(text: str, ground: str, theme: int) -> None:
    assert find_contrast(COLOURS[text][theme], COLOURS[ground][theme]) >= 4.5
