"""What customers confide though nobody asked: passwords, PINs and one-time codes, known by the words around them.

After "mi contraseña es" comes a password, or what is said of one ("incorrecta", "la misma"): words that are said of passwords stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.privacy.kinds import IS_PLACEHOLDER, Found
from bot.privacy.numbers import DATE, MONTHS
from bot.privacy.spoken import spoken_rows
from bot.rules.folding import bare


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_NAMES: Final = r"contrase[ñn]i?a|contraze[ñn]a|contrace[ñn]a|contra|password|passwd|pasword|pass|pwd|psw"
_PASSWORD: Final = rf"(?:{_NAMES}|clave)"
_BETWEEN: Final = r"(?:[ \t]+(?!es\b|era\b)[^\W\d_][\w-]*){0,4}?"
_TELLS: Final = r"\s*(?:(?:[:=]|->|→|\b(?:es|era|ser[ií]a|quedo|qued[oó]|puse)\b)\s*)+"
_VALUE: Final = r"[\"'«“”‘’]?(?P<value>[^\s\"'«»“”‘’]{2,64})"
_TOLD: Final = re.compile(rf"\b(?P<name>{_PASSWORD})\b{_BETWEEN}{_TELLS}{_VALUE}", re.IGNORECASE)
_BARE: Final = re.compile(rf"\b(?P<name>{_PASSWORD})\s+{_VALUE}", re.IGNORECASE)
_BEFORE: Final = re.compile(rf"(?P<value>\S{{4,64}})\s+es\s+(?:mi|la|nuestra)\s+(?:nueva\s+)?(?:{_PASSWORD})\b", re.IGNORECASE)
_OR: Final = re.compile(r"\s+[ou]\s+(?P<value>\S*\d\S*)", re.IGNORECASE)
_USER: Final = re.compile(r"\b(?:usuario|user|login)\b", re.IGNORECASE)
_ALIAS: Final = re.compile(r"[A-ZÑ]{3,20}-\d{1,2}")
_LIKE_ALIAS: Final = re.compile(
    r"[^\W\d_]{3,20}[-_]?\d{1,2}|office365|windows(?:7|8|10|11|95|98|20(?:00|03|08|12|16|19|22|25))|\d{1,2}:\d\d(?::\d\d)?(?:h(?:rs?)?|[ap]m)?|\d+(?:hrs?|pesos|mxn|usd|d[ií]as?|gb|mb|tb)"
    r"|(?-i:[A-Z]-\d{3,8})|\d{1,4}[-/.](?:\d{1,2}|MONTHS)[-/.]\d{2,4}|(?-i:[234679ACDEFHJKMNPQRTUVWX]{5}[ACDEFHJKMNPQRTUVWX])".replace(
        "MONTHS", MONTHS
    ),
    re.IGNORECASE,
)
"""What stands behind "contraseña" and is a server, a product, an hour, an amount, an invoice, a day or a folio, which ends in a letter."""
_LEAST_SECRET: Final = 6
_BEGINS: Final = "([¿¡"
_ENDS: Final = ".,;:!?¡¿)…\"'»”’"
_LAST_OF_ALL: Final = re.compile(r"\s*(?:$|[.,;!?\n)]|y\b|pero\b|gracias|por favor|porfa|ayuda)", re.IGNORECASE)
_ORDINARY: Final = _words(
    "a aca ahi al alla alli aqui algo alguna amigable aquella asi aun automatica bloqueada buena caduca caduco cambiada cambio case como complicada con correcta corta creo cual cuando "
    "de debe debil del demasiado desconocida diferente dificil distinta donde el ella ellos en equivocada era erronea esa ese especial esta este esto "
    "facil fija fue generica generada hay igual importante imposible incorrecta inicial insegura invalida la larga las lo los mala mas me mejor "
    "mi mia mias misma mismo muy necesaria ni ninguna no nueva nuestra numerica o obligatoria ok olvidada olvide original otra para perdida pero "
    "personal poco por porque privada provisional que quien rechazada secreta segun segura sencilla ser si sin solo son su suya tal tan te "
    "temporal tener tenia tiene toda todavia tu tuya u un una unica usuario valida vencida verdad vieja y ya"
)
_PIN: Final = re.compile(
    r"\b(?:nip|pin|cvv2?|cvc2?|csc|c[oó]digo de seguridad)\b\W{0,3}(?:(?:es|son|de|del)\b\W*(?:la\W+)?(?:tarjeta\W+)?(?:es\W+)?)?(?P<value>\d{3,8})\b",
    re.IGNORECASE,
)
_CODE: Final = re.compile(
    r"\b(?:c[oó]digo|cod|token|otp|clave din[aá]mica|verificaci[oó]n|confirmaci[oó]n)\b(?P<between>[^\d]{0,40})(?<![\w\-#$.])"
    r"(?P<value>\d(?:[ \-]?\d){3,7})(?![\d\-]|[.,]\d|\s*(?:pesos|mxn|usd|%))(?!\w)",
    re.IGNORECASE,
)
_OTHERS: Final = r"postal|error|barras|cliente|producto|sucursal|[aá]rea|\bpa[ií]s|\bsat\b|factura|folio|\bcp\b|lada"
_NO_CODE: Final = re.compile(_OTHERS, re.IGNORECASE)
_ANOTHERS: Final = re.compile(rf"{_OTHERS}|\bpag[aou]|\bcobr|\bdeb[eoí]|\babon|\bdeposit|\btransf|\bversi|\bpuerto", re.IGNORECASE)
"""Words between the name of a code and figures that are another thing's: "no me llegó el código, pagué 1500"."""
_ITS_USE: Final = re.compile(
    r"\b(?:de|del|para|por)\s+(?:(?:la|el|los|mi|tu|su|un|una)\s+)?(?:pagos?|cobros?|transfer\w+|dep[oó]sitos?|abonos?)\b"
    r"|\bdeb\w+\s+(?:de\s+)?(?!pag|cobr|abon|deposit|transf)[^\W\d]+[aei]r\b",
    re.IGNORECASE,
)
"""What a code is for, or should be: "código de transferencia", "el código debe ser"."""
_TO_PAY: Final = re.compile(r"\bpara\s+(?:pagar|cobrar|abonar|depositar|transferir)\w*", re.IGNORECASE)
_SAYS_IT: Final = re.compile(r"(?:[:=]|\b(?:es|era|fue|dice))\W*(?:el\s+)?$", re.IGNORECASE)
_ONE_TIME_DIGITS: Final = 6
_NAMES_CODE: Final = re.compile(
    r"\b(?:c[oó]d(?:igo)?|token|otp|nip|pin|cv[vc]2?|csc|din[aá]mica|\w+ficaci[oó]n|confirmaci[oó]n)\b", re.IGNORECASE
)
_SIX: Final = re.compile(r"(?<![\w$.\-])(?<!\d )(?:\d{6}|\d{3}[ \-]\d{3}|\d\d[ \-]\d\d[ \-]\d\d|\d(?: \d){5})(?! ?\d)(?![\w\-]|[.,]\d)")
SO_IT_IS: Final = r"(?:\n(?:\W*\b(?:es|el|la|al|son|va|ah[ií]|te|este|aqu[ií]|y|marca|m[aá]rcame)\b)*\W*)?"
"""Words at the beginning of a message that go on with what the one before it has named."""
_LEADS_TO_CODE: Final = re.compile(rf"{_NAMES_CODE.pattern}[^\d\n]{{0,30}}{SO_IT_IS}$", re.IGNORECASE)
_ALONE: Final = frozenset(
    [
        "el",
        "la",
        "es",
        "este",
        "esta",
        "ese",
        "va",
        "ahi",
        "aqui",
        "te",
        "lo",
        "paso",
        "mando",
        "me",
        "llego",
        "dice",
        "ok",
        "si",
        "sale",
        "listo",
        "ya",
        "gracias",
        "numero",
        "hola",
        "por",
        "favor",
        "y",
        "son",
    ]
)
_WORD: Final = re.compile(r"[^\W\d_]+")
_GAPS: Final = re.compile(r"[ \-]")
_CODE_DIGITS: Final = range(4, 9)


def find_passwords(text: str) -> Iterator[Found]:
    """Passwords that are told."""
    for found in _TOLD.finditer(text):
        value, start = _stripped(found)
        if value and _is_told(found, value, text[start + len(value) : start + len(value) + 40]):
            yield from _with_others(text, start, value)
    with_user = _USER.search(text) is not None
    for found in _BARE.finditer(text):
        value, start = _stripped(found)
        if value and (_looks_secret(value) or (with_user and any(map(str.isdecimal, value)))):
            yield Found(start, start + len(value), "password")
    for found in _BEFORE.finditer(text):
        value, start = _stripped(found)
        if any(map(str.isdecimal, value)) and not _ALIAS.fullmatch(value) and not IS_PLACEHOLDER.fullmatch(value):
            yield Found(start, start + len(value), "password")


def find_codes(text: str) -> Iterator[Found]:
    """PINs and one-time codes, typed or dictated; six digits alone are one too."""
    if (six := _SIX.search(text)) and {bare(word) for word in _WORD.findall(text)} <= _ALONE:
        yield Found(*six.span(), "code")
    if not _NAMES_CODE.search(text):
        return
    for found in _PIN.finditer(text):
        yield Found(*found.span("value"), "code")
    for found in _CODE.finditer(text):
        if not _is_anothers(found["between"], len(_GAPS.sub("", found["value"]))) and not DATE.match(text, found.start("value")):
            yield Found(*found.span("value"), "code")
    if not _NO_CODE.search(text):
        for row in spoken_rows(text):
            if sum(len(group.digits) for group in row) in _CODE_DIGITS:
                yield Found(row[0].start, row[-1].end, "code")


def leads_to_code(said: str) -> bool:
    """Whether what was said so far ends with the name of a code, and the digits come next."""
    found = _LEADS_TO_CODE.search(said)
    return found is not None and not _is_anothers(found[0], None)


def _is_anothers(between: str, digits: int | None) -> bool:
    """Whether figures after these words are not the code's (None: how many there are is not known yet).

    "Para pagar" alone says what a code is for, and before an amount what is to be paid with it.
    """
    rest = _ITS_USE.sub(" ", between)
    if digits is None or digits == _ONE_TIME_DIGITS or _SAYS_IT.search(rest):
        rest = _TO_PAY.sub(" ", rest)
    return _ANOTHERS.search(rest) is not None


def _stripped(found: re.Match[str]) -> tuple[str, int]:
    """What was told without the marks that end a sentence, and where it begins."""
    if IS_PLACEHOLDER.match(found["value"]):
        return "", found.start("value")
    value = found["value"].lstrip(_BEGINS)
    return value.rstrip(_ENDS), found.end("value") - len(value)


def _is_told(found: re.Match[str], value: str, rest: str) -> bool:
    """Whether what follows "mi contraseña es" is the password itself."""
    word = bare(value)
    if word in _ORDINARY or _ALIAS.fullmatch(value):
        return False
    plain = value.isalpha() and (value.islower() or value.istitle() or value.isupper())
    if not plain:
        return len(value) >= 3 or any(map(str.isdecimal, value))  # noqa: PLR2004
    return found["name"].casefold() != "clave" and _LAST_OF_ALL.match(rest) is not None


def _with_others(text: str, start: int, value: str) -> Iterator[Found]:
    """The password, and those that it may be as well: "… o gato456"."""
    end = start + len(value)
    yield Found(start, end, "password")
    while other := _OR.match(text, end):
        value = other["value"].rstrip(_ENDS)
        end = other.start("value") + len(value)
        yield Found(other.start("value"), end, "password")


def _looks_secret(value: str) -> bool:
    """Whether a word can hardly be anything but a password."""
    if _LIKE_ALIAS.fullmatch(value) or IS_PLACEHOLDER.match(value) or "@" in value or value.startswith(("http", "www.")):
        return False
    digits = sum(map(str.isdecimal, value))
    letters = any(map(str.isalpha, value))
    return letters and (digits >= 3 or (digits > 0 and len(value) >= _LEAST_SECRET))  # noqa: PLR2004
