"""Where alerts are sent to: one file for each channel, all listed here. A new one is a file like its neighbours and a
line here; `sending` sends over any of them.
"""

from drift.channels import email, slack, webhook
from drift.channels.channel import Channel

__all__ = ["CHANNELS", "Channel", "UnknownChannel", "find_channel"]

CHANNELS: dict[str, Channel] = {module.CHANNEL.name: module.CHANNEL for module in (email, slack, webhook)}


class UnknownChannel(ValueError):  # noqa: N818 - the name says it
    """There is no such channel; the message names those that there are."""

    def __init__(self, name: str) -> None:
        super().__init__(f"unknown channel {name!r}: choose one of {', '.join(CHANNELS)}")


def find_channel(name: str) -> Channel:
    """Return the channel of that name. Raises UnknownChannel."""
    if name not in CHANNELS:
        raise UnknownChannel(name)
    return CHANNELS[name]
