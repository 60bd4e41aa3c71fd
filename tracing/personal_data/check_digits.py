"""Arithmetic that tells a number from a typing error: digits as text in, whether they agree out."""

from collections.abc import Sequence

_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_VERHOEFF_TURN = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def passes_luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B: cards, and several national numbers.

    >>> passes_luhn("4539148803436467"), passes_luhn("4539148803436468")
    (True, False)
    """
    numbers = [int(digit) for digit in reversed(digits)]
    return (sum(numbers[::2]) + sum(_DOUBLED[number] for number in numbers[1::2])) % 10 == 0


def passes_mod_97(value: str) -> bool:
    """ISO 13616 (IBAN) by ISO 7064: letters count from A = 10; the first four characters go to the end.

    >>> passes_mod_97("GB29NWBK60161331926819"), passes_mod_97("GB28NWBK60161331926819")
    (True, False)
    """
    return int("".join(str(int(each, 36)) for each in value[4:] + value[:4])) % 97 == 1


def passes_mod_11_10(digits: str) -> bool:
    """ISO 7064, MOD 11,10: German tax numbers, Croatian OIB.

    >>> passes_mod_11_10("86095742719"), passes_mod_11_10("86095742718")
    (True, False)
    """
    product = 10
    for digit in digits[:-1]:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == int(digits[-1])


def passes_verhoeff(digits: str) -> bool:
    """Verhoeff's dihedral check: Aadhaar.

    >>> passes_verhoeff("2363"), passes_verhoeff("2364")
    (True, False)
    """
    check = 0
    for place, digit in enumerate(reversed(digits)):
        turned = int(digit)
        for _ in range(place % 8):
            turned = _VERHOEFF_TURN[turned]
        check = _join_dihedral(check, turned)
    return check == 0


def _join_dihedral(left: int, right: int) -> int:
    """The product of two elements of the dihedral group of ten."""
    if left < 5:
        return (left + right) % 5 if right < 5 else 5 + (left + right) % 5
    return 5 + (left - right) % 5 if right < 5 else (left - right) % 5


def sum_weighted(digits: str, weights: Sequence[int]) -> int:
    """The sum of each digit times its weight; what has no weight is not counted."""
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def is_day(year: int, month: int, day: int) -> bool:
    """Whether there may be such a day; a year of two digits is some century's.

    >>> is_day(85, 2, 29), is_day(85, 2, 30), is_day(2001, 13, 1)
    (True, False, False)
    """
    return (
        0 <= year <= 2100
        and 1 <= month <= 12
        and 1 <= day <= (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]
    )
