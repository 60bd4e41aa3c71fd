"""E-mail addresses: text in, findings out. Told from package versions, matrix products and file names by their end."""

import re
from collections.abc import Iterator

from tracing.personal_data.finding import Finding
from tracing.personal_data.scan import Recogniser, Scan

LONGEST_LOCAL = 64
"""Characters before the @, by RFC 5321."""
_LOCAL_REVERSED = re.compile(r"[A-Za-z0-9À-ɏЀ-ӿ_+\-](?:[A-Za-z0-9À-ɏЀ-ӿ._%+\-']*[A-Za-z0-9À-ɏЀ-ӿ_])?")
_DOMAIN = re.compile(
    r"(?:[A-Za-z0-9À-ɏЀ-ӿ](?:[A-Za-z0-9À-ɏЀ-ӿ-]{0,61}[A-Za-z0-9À-ɏЀ-ӿ])?\.){1,8}"
    r"(xn--[A-Za-z0-9-]{2,20}|[A-Za-zЀ-ӿ]{2,24})(?![A-Za-z0-9_(])"
)
_DISGUISED = re.compile(
    r"(?<![\w.])([\w.+-]{2,40}) ?[\[({] ?at ?[\])}] ?([\w-]{2,40}) ?[\[({] ?dot ?[\])}] ?([a-z]{2,12})(?!\w)",
    re.IGNORECASE | re.ASCII,
)
_ENDINGS_TEXT = (
    "com net org edu gov mil int info biz name pro aero coop museum jobs mobi travel app dev page blog shop"
    " store online site website tech cloud email mail live news media agency company digital email group team"
    " world life today center solutions services support systems studio design art xyz top club vip work"
    " works zone space fun one global network academy school university college science health care doctor"
    " clinic dental bank finance money fund capital legal law tax insurance energy engineering consulting"
    " ventures partners holdings industries international ltd llc gmbh inc berlin hamburg koeln bayern wien"
    " london paris amsterdam swiss nyc tokyo quebec madrid africa asia eus cat gal scot wales cymru bzh local"
    " internal corp lan example test invalid localhost рф бел укр срб"
)
_ENDINGS = frozenset(_ENDINGS_TEXT.split())
_CODE_ENDINGS_TEXT = "py js ts md sh rs cc mm so ps gz shape weight weights transpose dtype data grad"
_CODE_ENDINGS = frozenset(_CODE_ENDINGS_TEXT.split())
SAMPLE_DOMAINS = re.compile(
    r"(?:.*\.)?(?:(?:my|your|some|the|a)?-?(?:example|sample|test|dummy|fake|placeholder)\d{0,3}\.\w+"
    r"|\w+\.(?:example|test|invalid"
    r"|localhost|local|internal)|(?:your|my)-?(?:\w+-?)?(?:domain|company|site|app|org|store|business|school"
    r"|email)\.\w+"
    r"|(?:domain|company|email|acme|foo|bar|baz|abc|xyz|host)\.(?:com|org"
    r"|net|io|co))",
    re.IGNORECASE,
)
_SAMPLE_LOCAL = re.compile(
    r"(?:(?:your|my)[._-]\w+|your\w*|my(?:name|e?mail|user|address)|user(?:name)?\d{0,3}|e?mail|name|some(?:one"
    r"|body)|first(?:name)?[._-]?last(?:name)?"
    r"|foo|bar|test(?:er|user)?\d{0,3}"
    r"|(?:john|jane)[._-]?doe\d{0,3}|recipient|sender|me|you|example|x+|placeholder|dummy|fake)",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"(?:(?:customer|client|technical|tech|user|guest|member|patient|student|after|pre)?[._-]?(?:support|services?"
    r"|care|help(?:desk)?"
    r"|relations|success|sales)|info(?:rmation)?|contact(?:us|-us|o)?|hello|hi|enquir(?:y|ies)|inquir(?:y|ies)"
    r"|questions?"
    r"|no-?reply|do-?not-?reply|billing|invoices?|accounts?|accounting|payments?|payroll|finance|privacy|dpo|gdpr"
    r"|legal|press|media|pr|marketing"
    r"|jobs|careers?|hr|recruit(?:ing|ment)|talent|office|admin(?:istrator|istration|istracion)?|reception"
    r"|secretariat|team|staff"
    r"|webmaster|postmaster|hostmaster|security|abuse|noc|root|ops|devops|it|orders?|returns?|refunds?|shipping"
    r"|delivery|dispatch"
    r"|warehouse|reservations?|bookings?|events?|feedback|complaints?|claims?|admissions?|registrar|library"
    r"|news(?:letter)?"
    r"|partners?|partnerships?|business|community|kontakt|kundenservice|kundenservice|bestellung|buchhaltung"
    r"|vertrieb|bewerbung"
    r"|datenschutz|atencion(?:alcliente)?|ventas|soporte|reclamaciones|comercial|suporte|vendas|atendimento|sac"
    r"|faleconosco"
    r"|assistenza|vendite|servizioclienti|prenotazioni|bonjour|accueil|serviceclient|commandes?|klantenservice"
    r"|klacht(?:en)?"
    r"|kundeservice|kundtjanst|asiakaspalvelu|biuro|obsluga|podpora|ugyfelszolgalat|destek|git)",
    re.IGNORECASE,
)


def find_addresses(scan: Scan) -> Iterator[Finding]:
    if "@" in scan.text:
        yield from _find_plain(scan.text)
    if "dot" in scan.lower and "at" in scan.lower:
        for match in _DISGUISED.finditer(scan.text):
            yield _tell(match.start(), match.end(), match[1], f"{match[2]}.{match[3]}", 0.8)


def _find_plain(text: str) -> Iterator[Finding]:
    at = text.find("@")
    while at != -1:
        local = _LOCAL_REVERSED.match(text[max(0, at - LONGEST_LOCAL) : at][::-1])
        domain = _DOMAIN.match(text, at + 1)
        if local and domain:
            start = at - local.end()
            yield _tell(start, domain.end(), text[start:at], domain[0], _trust(local[0], domain, text))
        at = text.find("@", at + 1)


def _trust(local: str, domain: re.Match[str], text: str) -> float:
    """An ending that is not known may be a new one of a thousand, or an attribute of a program's object."""
    ending = domain[1].lower()
    if ending in _CODE_ENDINGS or text[domain.end() : domain.end() + 2] == "::":
        return 0.3
    if len(ending) == 2 or ending in _ENDINGS or ending.startswith("xn--"):
        return 0.97
    return 0.6 if len(local) >= 3 and len(domain[0]) - len(ending) > 3 else 0.3


def _tell(start: int, end: int, local: str, domain: str, confidence: float) -> Finding:
    return Finding(
        "email",
        start,
        end,
        confidence,
        "an e-mail address",
        sample=bool(SAMPLE_DOMAINS.fullmatch(domain) or _SAMPLE_LOCAL.fullmatch(local)) or local == "git",
        public=_ROLE.fullmatch(local) is not None,
    )


RECOGNISER = Recogniser(("email",), find_addresses)
