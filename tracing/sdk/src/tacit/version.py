"""The version of the SDK, for the package and its spans; to ask the installed package for it takes ten milliseconds."""

from typing import Final

VERSION: Final = "0.1.0"
