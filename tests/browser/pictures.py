"""Pictures of pages: kept for whoever looks, and held coarsely against those of before.

A picture becomes 32 columns and 20 rows of 16 shades, which neither a font nor a time of day moves much, while a page
that is empty, unstyled or upside down is another. What was seen last stands in `pictures.txt`, a line for each page.
"""

import base64
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

HERE = Path(__file__).parent
KNOWN = HERE / "pictures.txt"
DIRECTORY = Path(os.environ.get("TACIT_TEST_ARTEFACTS", HERE.parent / ".artefacts"))
"""Where pictures and figures of a run are kept; continuous integration keeps what is there."""
RENEWED = os.environ.get("TACIT_TEST_RENEW_PICTURES") == "1"
COLUMNS, ROWS = 32, 20
MENU = 6
"""Columns of the menu at the left, which would make all pages look alike."""
LEAST_LIKENESS = 0.5
"""Correlation of two pictures under which they are two different ones."""
SHRINK = """
async (data) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const blob = new Blob([bytes], { type: "image/jpeg" });
  const size = { resizeWidth: 32, resizeHeight: 20, resizeQuality: "high" };
  const canvas = new OffscreenCanvas(32, 20);
  const context = canvas.getContext("2d");
  context.drawImage(await createImageBitmap(blob, size), 0, 0);
  const { data: points } = context.getImageData(0, 0, 32, 20);
  let shades = "";
  for (let at = 0; at < points.length; at += 4) {
    const shade = 0.2126 * points[at] + 0.7152 * points[at + 1] + 0.0722 * points[at + 2];
    shades += Math.min(15, Math.floor(shade / 16)).toString(16);
  }
  return shades;
}
"""


def take(page: Page, name: str) -> bytes:
    """A picture of what is on the screen, kept under its name."""
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    return page.screenshot(path=DIRECTORY / f"{name}.jpg", type="jpeg", quality=70)


def shrink(blank: Page, picture: bytes) -> str:
    """The shades of a picture, a digit each, read by a page of the browser."""
    shades: str = blank.evaluate(SHRINK, base64.b64encode(picture).decode())
    return shades


def read_known() -> dict[str, str]:
    lines = KNOWN.read_text(encoding="ascii").splitlines() if KNOWN.exists() else []
    return dict(line.split(" ") for line in lines)


def keep_known(shades: dict[str, str]) -> None:
    known = read_known() | shades
    KNOWN.write_text("".join(f"{name} {known[name]}\n" for name in sorted(known)), encoding="ascii")


def compare(one: str, other: str) -> float:
    """How alike two pictures are: 1 where they are the same, about 0 where one says nothing of the other.

    >>> compare("0f" * 320, "0f" * 320)
    1.0
    >>> compare("0f" * 320, "8" * 640)
    0.0
    """
    first, second = read_shades(one), read_shades(other)
    size = float(np.sqrt((first**2).sum() * (second**2).sum()))
    return round(float((first * second).sum()) / size, 3) if size else 0.0


def read_shades(written: str) -> NDArray[np.float64]:
    """Rows of shades about their mean, each blurred with its neighbours, so that a line more is no other page."""
    shades = np.array([int(each, 16) for each in written], dtype=np.float64).reshape(ROWS, COLUMNS)[:, MENU:]
    padded = np.pad(shades, 1, mode="edge")
    rows, columns = shades.shape
    blurred = sum(padded[row : row + rows, column : column + columns] for row in range(3) for column in range(3)) / 9
    return np.asarray(blurred - blurred.mean())
