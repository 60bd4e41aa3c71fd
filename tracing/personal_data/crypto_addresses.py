"""Addresses of cryptocurrencies: text in, findings out, by their checksums (Base58Check, Bech32) where they have one.

Ethereum's 40 hexadecimal digits after 0x are taken by their form alone: the case of their letters is a checksum of
Keccak, which Python does not have.
"""

import re
from collections.abc import Iterator
from hashlib import sha256

from tracing.personal_data.finding import Finding
from tracing.personal_data.scan import Recogniser, Scan

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE58_ADDRESS = re.compile(r"(?<!\w)[13LMDT][1-9A-HJ-NP-Za-km-z]{25,34}(?!\w)", re.ASCII)
_BECH32_ADDRESS = re.compile(r"(?<!\w)(?:bc1|ltc1|BC1|LTC1)[A-Za-z0-9]{20,87}(?!\w)", re.ASCII)
_ETHEREUM_ADDRESS = re.compile(r"(?<!\w)0x[0-9a-fA-F]{40}(?!\w)", re.ASCII)
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_TURNS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32_CHECKS = (1, 0x2BC830A3)
"""Of Bech32 (BIP 173) and Bech32m (BIP 350)."""
_SAMPLES_TEXT = (
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa 1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2 3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"
    " 1BoatSLRHtKNngkdXEeobR76b53LETtpyT bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
    " bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq 0x0000000000000000000000000000000000000000"
    " 0x000000000000000000000000000000000000dEaD"
)
_SAMPLES = frozenset(_SAMPLES_TEXT.split())


def find_crypto_addresses(scan: Scan) -> Iterator[Finding]:
    if not scan.digits or len(scan.text) < 26:
        return
    for match in _BASE58_ADDRESS.finditer(scan.text):
        if passes_base58_check(match[0]):
            yield _tell(match, 0.98)
    if "c1" in scan.lower:
        for match in _BECH32_ADDRESS.finditer(scan.text):
            if passes_bech32(match[0]):
                yield _tell(match, 0.98)
    if "0x" in scan.text:
        for match in _ETHEREUM_ADDRESS.finditer(scan.text):
            yield _tell(match, 0.85)


def passes_base58_check(value: str) -> bool:
    """Whether 21 bytes are followed by the first four of the hash of their hash.

    >>> [passes_base58_check(f"1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN{last}") for last in "23"]
    [True, False]
    """
    number = 0
    for each in value:
        number = number * 58 + _BASE58.index(each)
    if number >= 1 << 200:
        return False
    whole = number.to_bytes(25, "big")
    return sha256(sha256(whole[:21]).digest()).digest()[:4] == whole[21:]


def passes_bech32(value: str) -> bool:
    """BIP 173 and 350; either all letters are small or all are capital.

    >>> [passes_bech32(f"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t{last}") for last in "45"]
    [True, False]
    """
    if value not in (value.lower(), value.upper()):
        return False
    prefix, data = value.lower().split("1", 1)
    if any(each not in _BECH32 for each in data):
        return False
    values = (
        [ord(each) >> 5 for each in prefix]
        + [0]
        + [ord(each) & 31 for each in prefix]
        + [_BECH32.index(each) for each in data]
    )
    check = 1
    for each in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ each
        for bit, turn in enumerate(_BECH32_TURNS):
            check ^= turn if top >> bit & 1 else 0
    return check in _BECH32_CHECKS


def _tell(match: re.Match[str], confidence: float) -> Finding:
    sample = match[0] in _SAMPLES or len(set(match[0][2:])) <= 4
    return Finding(
        "crypto_address", match.start(), match.end(), confidence, "an address of a cryptocurrency", sample=sample
    )


RECOGNISER = Recogniser(("crypto_address",), find_crypto_addresses)
