"""Addresses of machines, IPv4, IPv6 and MAC: text in, findings out. Versions, sections and times are none."""

import ipaddress
import re
from collections.abc import Iterator

from tracing.personal_data.finding import Finding
from tracing.personal_data.scan import Recogniser, Scan, stands_before

_IPV4 = re.compile(
    r"(?<![\w.-])(?<!\d,)(?:\d{1,3}\.){3}\d{1,3}(/\d{1,2})?(?![\w-])(?!\.\w)(?! -?\d*\.\d+(?!\d)(?!\.\d+\.\d))",
    re.ASCII,
)
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f:]{2,39}(?:%\w{1,15})?(/\d{1,3})?(?![\w:])", re.ASCII)
_MAC = re.compile(
    r"(?<![\w:.-])(?:[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}"
    r"|(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4})(?![\w:.-]\w|\w)",
    re.ASCII,
)
_IP_WORDS = re.compile(
    r"\bip\b|ipv4|address|host|server|client|login|logged|from|peer|remote|network|subnet|ping|dns|gateway|router"
    r"|vpn|адрес",
    re.IGNORECASE,
)
_VERSION_WORDS = re.compile(
    r"(?:versions?|release|build|\bv\.?|driver|firmware|kernel|section|sect\.|chapter|clause|§|figure|table|oid|rfc"
    r"|upgrad\w+ to|updat\w+ to|chrome|/)\s*$"
    r"|[=<>~^]=?\s*v?$",
    re.IGNORECASE,
)
_WELL_KNOWN_TEXT = (
    "8.8.8.8 8.8.4.4 1.1.1.1 1.0.0.1 9.9.9.9 149.112.112.112 208.67.222.222 208.67.220.220 4.2.2.1 4.2.2.2"
    " 1.2.3.4 2001:4860:4860::8888 2001:4860:4860::8844 2606:4700:4700::1111 2606:4700:4700::1001"
)
_WELL_KNOWN = frozenset(_WELL_KNOWN_TEXT.split())
"""Open name servers, and the address that everybody makes up."""
_SAMPLE_MAC_TEXT = (
    "001122334455 aabbccddeeff 0123456789ab 123456789abc deadbeefcafe 112233445566 001a2b3c4d5e 000000000000"
)
_SAMPLE_MAC = frozenset(_SAMPLE_MAC_TEXT.split())


def find_ip_addresses(scan: Scan) -> Iterator[Finding]:
    if scan.digits >= 4 and scan.text.count(".") >= 3:
        for match in _IPV4.finditer(scan.text):
            yield from _tell(match, _trust_ipv4(match[0].split("/")[0], scan.text, match.start()))
    if "::" in scan.text or scan.text.count(":") >= 7:
        for match in _IPV6.finditer(scan.text):
            yield from _tell(match, _trust_ipv6(match[0].split("/")[0]))


def _tell(match: re.Match[str], confidence: float) -> Iterator[Finding]:
    value = match[0].split("/")[0]
    if not confidence:
        return
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return
    network = match[1] not in (None, "/32", "/128")
    sample = network or not address.is_global or address.is_multicast or value.lower() in _WELL_KNOWN
    yield Finding("ip_address", match.start(), match.start() + len(value), confidence, "an IP address", sample=sample)


def _trust_ipv4(value: str, text: str, start: int) -> float:
    if stands_before(_VERSION_WORDS, text, start, 16):
        return 0.9 if re.search(r"://$", text[max(0, start - 3) : start]) else 0.1
    if max(map(int, value.split("."))) < 64 and not stands_before(_IP_WORDS, text, start, 24):
        return 0.3
    return 0.9


def _trust_ipv6(value: str) -> float:
    """All eight groups, or a gap among enough others that it is no `a::b` of a program."""
    groups = [group for group in value.split("%")[0].split(":") if group]
    if value.count(":") == 7 and len(groups) == 8:
        return 0.95 if max(map(len, groups)) > 2 else 0.0
    if "::" not in value or len(groups) < 2 or not any(map(str.isdigit, value)):
        return 0.0
    return 0.9 if len(groups[0]) == 4 and max(map(len, groups)) <= 4 else 0.0


def find_mac_addresses(scan: Scan) -> Iterator[Finding]:
    text = scan.text
    dotted = "mac" in scan.lower
    if text.count(":") < 5 and text.count("-") < 5 and not dotted:
        return
    for match in _MAC.finditer(text):
        plain = re.sub("[:.-]", "", match[0]).lower()
        sample = plain in _SAMPLE_MAC or len(set(plain)) <= 2
        if "." not in match[0] or dotted:
            yield Finding("mac_address", match.start(), match.end(), 0.8, "a MAC address", sample=sample)


RECOGNISERS = (Recogniser(("ip_address",), find_ip_addresses), Recogniser(("mac_address",), find_mac_addresses))
