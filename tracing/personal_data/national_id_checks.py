"""What national numbers must satisfy beside their form: the number in capitals without separators in, yes or no out."""

import string
from collections import Counter
from collections.abc import Callable

from tracing.personal_data.check_digits import is_day, passes_luhn, passes_mod_11_10, passes_verhoeff, sum_weighted

Check = Callable[[str], bool]

_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_FINNISH = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_ITALIAN_ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (
            1,
            0,
            5,
            7,
            9,
            13,
            15,
            17,
            19,
            21,
            1,
            0,
            5,
            7,
            9,
            13,
            15,
            17,
            19,
            21,
            2,
            4,
            18,
            20,
            11,
            3,
            6,
            8,
            12,
            14,
            16,
            10,
            22,
            25,
            24,
            23,
        ),
        strict=True,
    )
)
_CHINESE_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CURP = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"


def passes_nhs(value: str) -> bool:
    check = -sum_weighted(value, range(10, 1, -1)) % 11
    return check == int(value[9]) and len(set(value)) > 1


def passes_nino(value: str) -> bool:
    return value[:2] not in {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}


def passes_insee(value: str) -> bool:
    body = value[:13].replace("2A", "19").replace("2B", "18")
    return body.isdigit() and 97 - int(body) % 97 == int(value[13:])


def passes_dni(value: str) -> bool:
    """DNI and NIE, whose first letter stands for a digit."""
    digits = value[:-1].translate(str.maketrans("XYZ", "012"))
    return digits.isdigit() and _DNI_LETTERS[int(digits) % 23] == value[-1]


def passes_codice_fiscale(value: str) -> bool:
    even = sum(int(each) if each.isdigit() else ord(each) - 65 for each in value[1:15:2])
    return chr(65 + (even + sum(_ITALIAN_ODD[each] for each in value[0:15:2])) % 26) == value[15]


def passes_steuer_id(value: str) -> bool:
    """Also: of its first ten digits one stands twice or three times."""
    counts = sorted(Counter(value[:10]).values())
    return value[0] != "0" and counts in ([1] * 8 + [2], [1] * 7 + [3]) and passes_mod_11_10(value)


def passes_bsn(value: str) -> bool:
    value = value.zfill(9)
    return sum_weighted(value, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0 and int(value) > 0


def passes_pesel(value: str) -> bool:
    month = int(value[2:4]) % 20
    return (
        is_day(int(value[:2]), month, int(value[4:6]))
        and sum_weighted(value, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0
    )


def passes_cpf(value: str) -> bool:
    first = sum_weighted(value, range(10, 1, -1)) * 10 % 11 % 10
    second = sum_weighted(value, range(11, 1, -1)) * 10 % 11 % 10
    return len(set(value)) > 1 and value[9:] == f"{first}{second}"


def passes_aadhaar(value: str) -> bool:
    return value[0] in "23456789" and passes_verhoeff(value) and value != value[::-1]


def passes_personnummer(value: str) -> bool:
    value = value[-10:]
    day = int(value[4:6])
    return is_day(int(value[:2]), int(value[2:4]), day - 60 if day > 60 else day) and passes_luhn(value)


def passes_finnish(value: str) -> bool:
    """Between the date and the number a letter may stand for the century, or a sign, which is gone here."""
    born = is_day(int(value[4:6]), int(value[2:4]), int(value[:2]))
    return born and _FINNISH[int(value[:6] + value[-4:-1]) % 31] == value[-1]


def passes_day_first(value: str) -> bool:
    """Danish CPR: since 2007 nothing but the date can be checked."""
    return is_day(int(value[4:6]), int(value[2:4]), int(value[:2]))


def passes_norwegian(value: str) -> bool:
    first = sum_weighted(value, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)) % 11 == 0
    return first and sum_weighted(value, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0


def passes_belgian(value: str) -> bool:
    """Those born since 2000 have a 2 put before."""
    return any(97 - int(century + value[:9]) % 97 == int(value[9:]) for century in ("", "2"))


def passes_ean(value: str) -> bool:
    return sum_weighted(value, (1, 3) * 7) % 10 == 0


def passes_nif(value: str) -> bool:
    """Those of people begin with 1, 2 or 3."""
    return value[0] in "123" and (0, *range(1, 11))[-sum_weighted(value, range(9, 1, -1)) % 11] % 10 == int(value[8])


def passes_tfn(value: str) -> bool:
    return sum_weighted(value, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0


def passes_medicare(value: str) -> bool:
    return sum_weighted(value, (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == int(value[8])


def passes_chinese(value: str) -> bool:
    born = is_day(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    return born and "10X98765432"[sum_weighted(value[:17], _CHINESE_WEIGHTS) % 11] == value[17]


def passes_korean(value: str) -> bool:
    """Numbers given since October 2020 have no check digit."""
    return is_day(int(value[:2]), int(value[2:4]), int(value[4:6]))


def passes_my_number(value: str) -> bool:
    rest = sum_weighted(value[:11], (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return int(value[11]) == (0 if rest <= 1 else 11 - rest)


def passes_south_african(value: str) -> bool:
    return is_day(int(value[:2]), int(value[2:4]), int(value[4:6])) and value[10] in "012" and passes_luhn(value)


def passes_turkish(value: str) -> bool:
    digits = [int(digit) for digit in value]
    tenth = (sum(digits[0:9:2]) * 7 - sum(digits[1:8:2])) % 10
    return digits[0] > 0 and tenth == digits[9] and sum(digits[:10]) % 10 == digits[10]


def passes_curp(value: str) -> bool:
    total = sum(_CURP.index(each) * (18 - place) for place, each in enumerate(value[:17]))
    return is_day(int(value[4:6]), int(value[6:8]), int(value[8:10])) and str(-total % 10) == value[17]


def passes_rut(value: str) -> bool:
    body = value[:-1][::-1]
    return "0123456789K0"[11 - sum(int(digit) * (place % 6 + 2) for place, digit in enumerate(body)) % 11] == value[-1]


def passes_cuil(value: str) -> bool:
    check = 11 - sum_weighted(value, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return value[:2] in {"20", "23", "24", "25", "26", "27"} and {11: 0, 10: 9}.get(check, check) == int(value[10])


def passes_nric(value: str) -> bool:
    shift = {"S": 0, "F": 0, "T": 4, "G": 4, "M": 3}[value[0]]
    letters = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "F": "XWUTRQPNMLK", "G": "XWUTRQPNMLK", "M": "KLJNPQRTUWX"}[
        value[0]
    ]
    return letters[(sum_weighted(value[1:8], (2, 7, 6, 5, 4, 3, 2)) + shift) % 11] == value[8]


def passes_hkid(value: str) -> bool:
    body, check = value[:-1].rjust(8), value[-1]
    numbers = [36 if each == " " else int(each, 36) for each in body] + [10 if check == "A" else int(check)]
    return sum(number * weight for number, weight in zip(numbers, range(9, 0, -1), strict=True)) % 11 == 0


def passes_taiwanese(value: str) -> bool:
    place = "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(value[0]) + 10
    return (place // 10 + place % 10 * 9 + sum_weighted(value[1:], (8, 7, 6, 5, 4, 3, 2, 1, 1))) % 10 == 0


def passes_romanian(value: str) -> bool:
    check = sum_weighted(value[:12], (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)) % 11
    return is_day(int(value[1:3]), int(value[3:5]), int(value[5:7])) and (1 if check == 10 else check) == int(value[12])


def passes_egn(value: str) -> bool:
    check = sum_weighted(value[:9], (2, 4, 8, 5, 10, 9, 7, 3, 6)) % 11 % 10
    return is_day(int(value[:2]), int(value[2:4]) % 20, int(value[4:6])) and check == int(value[9])


def passes_rodne_cislo(value: str) -> bool:
    """Numbers of nine digits (before 1954) have no check digit; a woman's month has 50 added."""
    month = int(value[2:4]) % 50 % 20
    return is_day(int(value[:2]), month, int(value[4:6])) and (
        len(value) == 9 or int(value[:9]) % 11 % 10 == int(value[9])
    )


def passes_amka(value: str) -> bool:
    return is_day(int(value[4:6]), int(value[2:4]), int(value[:2])) and passes_luhn(value)


def passes_baltic(value: str) -> bool:
    """Estonia and Lithuania."""
    first = sum_weighted(value[:10], (1, 2, 3, 4, 5, 6, 7, 8, 9, 1)) % 11
    second = sum_weighted(value[:10], (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)) % 11 % 10
    return is_day(int(value[1:3]), int(value[3:5]), int(value[5:7])) and (second if first == 10 else first) == int(
        value[10]
    )


def passes_pps(value: str) -> bool:
    extra = 9 * (ord(value[8]) - 64) if len(value) == 9 and value[8] != "W" else 0
    return ("W" + string.ascii_uppercase[:22])[(sum_weighted(value[:7], range(8, 1, -1)) + extra) % 23] == value[7]


def passes_snils(value: str) -> bool:
    return sum_weighted(value[:9], range(9, 0, -1)) % 101 % 100 == int(value[9:]) and int(value) > 0


def passes_inn(value: str) -> bool:
    eleventh = sum_weighted(value, (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)) % 11 % 10
    twelfth = sum_weighted(value, (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)) % 11 % 10
    return value[10:] == f"{eleventh}{twelfth}" and int(value) > 0


def passes_thai(value: str) -> bool:
    return (11 - sum_weighted(value[:12], range(13, 1, -1)) % 11) % 10 == int(value[12])


def passes_malaysian(value: str) -> bool:
    return is_day(int(value[:2]), int(value[2:4]), int(value[4:6]))


def passes_israeli(value: str) -> bool:
    return passes_luhn(value) and int(value) > 0


def passes_sin(value: str) -> bool:
    return value[0] not in "08" and passes_luhn(value)


def passes_born(value: str) -> bool:
    """Indonesian NIK: places 7 to 12 are the birthday, a woman's day with 40 added."""
    return is_day(int(value[10:12]), int(value[8:10]), int(value[6:8]) % 40)


def passes_always(_value: str) -> bool:
    """Where the form is all that can be checked."""
    return True
