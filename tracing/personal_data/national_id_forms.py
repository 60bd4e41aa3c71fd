"""How national numbers are written, and which words call them so: a table to be read by `national_ids`."""

import re
from dataclasses import dataclass

from tracing.personal_data import national_id_checks as checks
from tracing.personal_data.check_digits import passes_mod_11_10
from tracing.personal_data.national_id_checks import Check

BEGINS = r"(?<![A-Z0-9])(?<!\d[-.,/ ])"
"""Where a number may begin: in no word, and not in a longer number."""


@dataclass(frozen=True, slots=True)
class Form:
    """One country's number. `alone` is the confidence without its words, 0 where these are needed."""

    name: str
    body: str
    pattern: re.Pattern[str]
    passes: Check
    hints: tuple[str, ...]
    """What it is called, in lower case."""
    words: re.Pattern[str]
    """The same as whole words."""
    called: re.Pattern[str]
    """The words that are this number's alone, right before it."""
    alone: float = 0.0
    samples: frozenset[str] = frozenset()
    """In capitals, without separators."""


def _form(
    name: str, pattern: str, passes: Check, words: str, alone: float = 0.0, samples: str = "", also: str = ""
) -> Form:
    hints = tuple(filter(None, [*words.split(","), *also.split(",")]))
    return Form(
        name,
        pattern,
        re.compile(rf"{BEGINS}(?:{pattern})(?![A-Z0-9])(?![-.,/]\d)", re.ASCII | re.IGNORECASE),
        passes,
        hints,
        re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, hints))})(?![a-z(])", re.IGNORECASE),
        re.compile(
            rf"(?<![^\W_])(?:{'|'.join(map(re.escape, words.split(',')))})\W{{0,3}}(?:(?:number|no|nr|code|is"
            rf"|:)\W{{0,3}}){{0,2}}$",
            re.IGNORECASE,
        ),
        alone,
        frozenset(samples.split()),
    )


_ID_CARD = (
    "national id,id card,id number,id no,identity card,identity number,identity document,personal"
    " id,personal identification"
)

FORMS: tuple[Form, ...] = (
    _form(
        "a UK national insurance number",
        r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ -]?\d\d[ -]?\d\d[ -]?\d\d[ -]?[A-D]",
        checks.passes_nino,
        "nino,national insurance",
        0.8,
        "AB123456C JG103759A AA123456A",
    ),
    _form("an NHS number", r"\d{3}[ -]?\d{3}[ -]?\d{4}", checks.passes_nhs, "nhs", samples="9434765919 4010232137"),
    _form(
        "a French social security number",
        r"[12][ .]?\d\d[ .]?(?:0[1-9]|1[0-2]|[2-9]\d)[ .]?(?:2[AB]|\d\d)[ .]?\d{3}[ .]?\d{3}[ .|/-]{0,3}\d\d",
        checks.passes_insee,
        "insee,sécurité sociale,securite sociale,nir,nss",
        0.8,
        "255081416802538",
    ),
    _form(
        "a Spanish DNI",
        r"\d{8}[ -]?[TRWAGMYFPDXBNJZSQVHLCKE]|\d\d\.\d{3}\.\d{3}[ -]?[TRWAGMYFPDXBNJZSQVHLCKE]",
        checks.passes_dni,
        "dni,nif,documento,identidad",
        0.75,
        "12345678Z 00000000T 11111111H",
    ),
    _form(
        "a Spanish NIE",
        r"[XYZ][ -]?\d{7}[ -]?[TRWAGMYFPDXBNJZSQVHLCKE]",
        checks.passes_dni,
        "nie,extranjero,extranjera",
        0.8,
        "X1234567L X0000000T",
    ),
    _form(
        "an Italian codice fiscale",
        r"[A-Z]{6}[0-9LMNPQRSTUV]{2}[A-EHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]",
        checks.passes_codice_fiscale,
        "codice fiscale,fiscal code,tax code",
        0.95,
        "RSSMRA80A01H501U MRTMTT91D08F205J",
    ),
    _form(
        "a German tax number",
        r"\d{2}[ ]?\d{3}[ ]?\d{3}[ ]?\d{3}",
        checks.passes_steuer_id,
        "steuer-id,steuerid,steuernummer,steuerliche,identifikationsnummer,steuer,idnr,tin,tax id,tax number,tax"
        " identification",
        samples="86095742719 12345678911",
    ),
    _form(
        "a Dutch BSN",
        r"\d{8,9}|\d{4}[. ]\d\d[. ]\d{3}|\d{3}[. ]\d{3}[. ]\d{3}",
        checks.passes_bsn,
        "bsn,burgerservicenummer,sofinummer,sofi-nummer",
        samples="123456782 111222333",
    ),
    _form("a Polish PESEL", r"\d{11}", checks.passes_pesel, "pesel", samples="44051401359 02070803628"),
    _form(
        "a Brazilian CPF",
        r"\d{3}\.\d{3}\.\d{3}-\d\d",
        checks.passes_cpf,
        "cpf",
        0.9,
        "52998224725 11144477735 12345678909",
    ),
    _form("a Brazilian CPF", r"\d{9}-?\d\d", checks.passes_cpf, "cpf", samples="52998224725 11144477735 12345678909"),
    _form(
        "an Aadhaar number",
        r"\d{4}[ -]?\d{4}[ -]?\d{4}",
        checks.passes_aadhaar,
        "aadhaar,aadhar,uidai,आधार",
        samples="234123412346",
    ),
    _form(
        "an Indian PAN",
        r"[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]",
        checks.passes_always,
        "pan,permanent account",
        samples="ABCDE1234F ABCPE1234F",
    ),
    _form(
        "a Swedish personnummer",
        r"(?:19|20)?\d{6}[-+]\d{4}",
        checks.passes_personnummer,
        "personnummer,person-nummer,samordningsnummer",
        0.75,
        "8112289874 198112289874",
    ),
    _form(
        "a Swedish personnummer",
        r"(?:19|20)?\d{10}",
        checks.passes_personnummer,
        "personnummer,person-nummer,samordningsnummer",
        samples="8112289874 198112289874",
    ),
    _form(
        "a Canadian SIN",
        r"\d{3}[ -]?\d{3}[ -]?\d{3}",
        checks.passes_sin,
        "sin,social insurance,nas,assurance sociale",
        samples="046454286 130692544 123456782",
    ),
    _form(
        "a Finnish personal identity code",
        r"\d{6}[-+ABCDEFYXWVU]\d{3}[0-9A-FHJ-NPR-Y]",
        checks.passes_finnish,
        "henkilötunnus,henkilotunnus,hetu",
        0.9,
        "131052-308T 131052308T 010101123N",
    ),
    _form("a Danish CPR number", r"\d{6}-?\d{4}", checks.passes_day_first, "cpr,cpr-nummer,personnummer"),
    _form(
        "a Norwegian fødselsnummer",
        r"\d{6} ?\d{5}",
        checks.passes_norwegian,
        "fødselsnummer,fodselsnummer,personnummer,fnr",
    ),
    _form(
        "a Belgian national number",
        r"\d\d\.\d\d\.\d\d-\d{3}\.\d\d",
        checks.passes_belgian,
        "rijksregister,rijksregisternummer,registre national,insz,niss",
        0.9,
        "93051822361",
    ),
    _form(
        "a Belgian national number",
        r"\d{11}",
        checks.passes_belgian,
        "rijksregister,rijksregisternummer,registre national,insz,niss",
        samples="93051822361",
    ),
    _form(
        "a Swiss AHV number",
        r"756[. ]?\d{4}[. ]?\d{4}[. ]?\d\d",
        checks.passes_ean,
        "ahv,avs,sozialversicherungsnummer",
        0.85,
        "7569217076985",
    ),
    _form("a Portuguese NIF", r"\d{3} ?\d{3} ?\d{3}", checks.passes_nif, "nif,contribuinte", samples="123456789"),
    _form(
        "an Australian tax file number", r"\d{3} ?\d{3} ?\d{3}", checks.passes_tfn, "tfn,tax file", samples="123456782"
    ),
    _form(
        "an Australian Medicare number",
        r"[2-6]\d{3} ?\d{5} ?\d",
        checks.passes_medicare,
        "medicare",
        samples="2123456701 2950304612",
    ),
    _form(
        "a Chinese resident identity number",
        r"[1-9]\d{5}(?:18|19|20)\d{9}[\dX]",
        checks.passes_chinese,
        "身份证,resident id",
        0.95,
        "11010519491231002X 110101199003077758",
    ),
    _form(
        "a Korean resident registration number",
        r"\d{6}-[1-8]\d{6}",
        checks.passes_korean,
        "주민등록,resident registration,rrn",
        0.75,
    ),
    _form(
        "a Japanese individual number",
        r"\d{4}[ -]?\d{4}[ -]?\d{4}",
        checks.passes_my_number,
        "マイナンバー,個人番号,my number,mynumber",
        samples="123456789018",
    ),
    _form(
        "a South African identity number",
        r"\d{6} ?\d{4} ?\d{3}",
        checks.passes_south_african,
        "sa id,south african id",
        samples="8001015009087",
        also=_ID_CARD,
    ),
    _form(
        "a Turkish identity number",
        r"[1-9]\d{10}",
        checks.passes_turkish,
        "kimlik,tckn",
        samples="10000000146",
        also=_ID_CARD,
    ),
    _form("a Mexican CURP", r"[A-Z][AEIOUX][A-Z]{2}\d{6}[HM][A-Z]{5}[A-Z0-9]\d", checks.passes_curp, "curp", 0.95),
    _form("a Chilean RUT", r"\d{1,2}\.\d{3}\.\d{3}-[\dK]", checks.passes_rut, "rut", 0.85, "123456785 111111111"),
    _form("a Chilean RUT", r"\d{7,8}-[\dK]", checks.passes_rut, "rut", samples="123456785 111111111"),
    _form("an Argentine CUIL", r"\d\d-\d{8}-\d", checks.passes_cuil, "cuil,cuit", 0.8),
    _form("a Singaporean NRIC", r"[STFGM]\d{7}[A-Z]", checks.passes_nric, "nric,fin", 0.8, "S1234567D"),
    _form(
        "a Hong Kong identity card number",
        r"[A-Z]{1,2}\d{6}\([0-9A]\)",
        checks.passes_hkid,
        "hkid,身份證",
        0.9,
        "A1234563",
    ),
    _form(
        "a Taiwanese identity number",
        r"[A-Z][12]\d{8}",
        checks.passes_taiwanese,
        "身分證,身份證",
        samples="A123456789",
        also=_ID_CARD,
    ),
    _form("a Romanian CNP", r"[1-8]\d{12}", checks.passes_romanian, "cnp,cod numeric,codul numeric"),
    _form("a Bulgarian EGN", r"\d{10}", checks.passes_egn, "egn,егн"),
    _form(
        "a Czech or Slovak birth number",
        r"\d{6}/\d{3,4}",
        checks.passes_rodne_cislo,
        "rodné číslo,rodne cislo,r.č.,rč",
        0.75,
    ),
    _form("a Croatian OIB", r"\d{11}", passes_mod_11_10, "oib", samples="69435151530"),
    _form("a Greek AMKA", r"\d{11}", checks.passes_amka, "amka,αμκα"),
    _form(
        "an Estonian or Lithuanian personal code",
        r"[1-6]\d{10}",
        checks.passes_baltic,
        "isikukood,asmens kodas,personal code",
        samples="37605030299",
    ),
    _form(
        "an Irish PPS number", r"\d{7}[A-W][A-IW]?", checks.passes_pps, "pps,ppsn,pps number", 0.6, "1234567T 1234567FA"
    ),
    _form("a Russian SNILS", r"\d{3}-\d{3}-\d{3}[ -]\d\d", checks.passes_snils, "snils,снилс", 0.9, "11223344595"),
    _form("a Russian SNILS", r"\d{11}", checks.passes_snils, "snils,снилс", samples="11223344595"),
    _form("a Russian taxpayer number", r"\d{12}", checks.passes_inn, "inn,инн", samples="500100732259"),
    _form("a Thai identity number", r"[1-8]-\d{4}-\d{5}-\d\d-\d", checks.passes_thai, "บัตรประชาชน,thai id", 0.9),
    _form(
        "a Malaysian NRIC",
        r"\d{6}-\d\d-\d{4}",
        checks.passes_malaysian,
        "nric,mykad,ic no,ic number,kad pengenalan",
        0.6,
    ),
    _form(
        "an Israeli identity number",
        r"\d{9}",
        checks.passes_israeli,
        'teudat zehut,ת"ז,ת״ז,תעודת זהות',
        samples="123456782",
    ),
    _form("an Indonesian NIK", r"\d{16}", checks.passes_born, "nik,ktp"),
    _form("a Pakistani CNIC", r"\d{5}-\d{7}-\d", checks.passes_always, "cnic,nicop", 0.6, "1234512345671"),
    _form(
        "a US taxpayer number",
        r"9\d\d-(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])-\d{4}",
        checks.passes_always,
        "itin,taxpayer",
        0.6,
    ),
    _form(
        "a US Medicare number",
        r"[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d-?[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d-?[AC-HJKMNP-RT-Y]{2}\d\d",
        checks.passes_always,
        "medicare,mbi",
        samples="1EG4TE5MK73 1EG4TE5MK72",
    ),
)
