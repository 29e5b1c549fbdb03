"""How a stretch of a message is written: does it ask, order, complain or only tell? Pure functions on text, no model.

`compound` weighs these forms: a story before a question ("ya tengo tres contratados y voy a abrir otra sucursal") is read by the
classifier as surely as a question would be, so what tells them apart is how they are written. Most customers type neither accents nor
marks; every pattern takes both spellings.
"""

from __future__ import annotations

import re

_QUESTION_WORD = r"(?:qu[eé]|cu[aá]nt[oa]s?|cu[aá]ndo|cu[aá]l(?:es)?|d[oó]nde|c[oó]mo|qui[eé]n(?:es)?)"
_BARE_WORD = r"(?:q|k|ke|que|xq|pq|cuant[oa]s?|kuant[oa]s?|cuando|kuando|cual(?:es)?|dnd|dond|onde|donde|como|komo|quien)"
_ASKED_BEFORE = r"(?:a|de|en|con|para|pa|por|x|hasta|desde|cada|como|y|e)"
_OPENING = (
    r"^\W*(?:(?:hola|holi|buen[oa]s?|buen|d[ií]as?|tardes?|noches?|oye|oiga|oigan|oigame|disculp\w+|perd[oó]n\w*|una?|pregunta|duda|bueno|pues|ps|ah|ok|"
    r"mire|porfa|por\s+favor|joven|se[ñn]orita|amigo|gracias|s[ií]|y|e|entonces|ahora|tambi[eé]n|tmb|adem[aá]s)\W+)*"
)

_MARK = re.compile(r"[¿?]")
_ACCENTED = re.compile(r"\b(?:qué|cuánt[oa]s?|cuándo|cuál(?:es)?|dónde|cómo|quién(?:es)?)\b", re.IGNORECASE)
_BARE_START = re.compile(rf"{_OPENING}(?:{_ASKED_BEFORE}\s+)*{_BARE_WORD}\b", re.IGNORECASE)
_BARE_INSIDE = re.compile(
    r"\b(?:(?:saber|no\s+s[eé]|sabe|ver|checar|revisar|preguntar|pregunta|duda|d[ií](?:me|ga\w*|gan\w*)|digan?\w*|dicen?|dices|expl[ií]c\w+|confirm\w+|averiguar|entiendo|recuerdo|acuerdo)\s+"
    rf"(?:(?:\w+\s+)?{_ASKED_BEFORE}\s+)?(?:si|cuant[oa]s?|cuando|cual(?:es)?|donde|como|quien|q|que|k|en\s+q|a\s+q)|"
    r"(?:hasta|desde|cada|para|pa)\s+cuando|(?:en|a|con|de|por|pa|para)\s+(?:q|que|cual|cuant[oa]s?|donde)\b(?!\s+(?:se|me|lo|la|no)\b)|"
    r"cuant[oa]s?|kuant[oa]s?|como\s+(?:le|se|lo|la|les|puedo|hago|cambio|pago|conecto|entro|veo|configuro|consulto)|"
    r"donde\s+(?:se|lo|la|veo|puedo|est[aá]n?|vienen?|bajo|descargo|consulto|cambio|encuentro|checo))\b",
    re.IGNORECASE,
)
_ORDERS = re.compile(
    r"\b(?:quiero|kiero|quisiera|queremos|necesito|necesitamos|ocupo|ocupamos|requiero|requerimos|solicito|deseo|me\s+urge|me\s+gustar[ií]a|"
    r"d[ií]me\w*|dame|denme|d[eé]nme|d[ií]ga[n]?\w*|(?:me|nos)\s+(?:d|dices|dicen|dan|pasas?n?|pasan?|mandas?|mandan|env[ií]as?|regalas?|ayudas?|ayudan?|comunican?|reenv[ií]as?|reenv[ií]an)|"
    r"(?:inf[oó]rm|ind[ií][cq]|se[nñ][aá]l|proporci[oó]n|d[eé]c|conf[ií]rm|comp[aá]rt|br[ií]nd)\w*(?:me|nos)|s[ií]rva\w*|indi(?:que|quen)|ruego|agradec\w+|"
    r"m[aá]nd[ae]\w*(?:me|nos|mela|melo|las|los)|m[aá]ndenme\w*|p[aá]s[ae]\w*(?:me|nos)|reenv[ií][ea]\w*|env[ií][ae]\w*(?:me|nos|mela|melo)|comun[ií]\w+|"
    r"expl[ií]c\w+me|ay[uú]d[ae]n?me|tengo\s+(?:una\s+)?dudas?|saber|preguntar)\b",
    re.IGNORECASE,
)
_YES_OR_NO = re.compile(
    rf"{_OPENING}(?:(?:ya|s[ií]|todav[ií]a|a[uú]n|tambi[eé]n|tmb|mi\s+\w+|el\s+\w+|la\s+\w+|las?\s+\w+|los?\s+\w+|ah[ií])\s+)*"
    r"(?:est[aá]n?|qued[oó]|quedaron|sali[oó]|cay[oó]|entr[oó]|se\s+(?:hizo|hacen?|puede[n]?|respald\w+|acredit\w+|borra\w*|pierde\w*|pasa\w*|incluye\w*|instala\w*)|"
    r"puedo|puede[ns]?|podemos|podr[ií]a[ns]?|podr[eé]|incluyen?|aceptan?|hay|tienen|manejan|dan|traen?|vienen?|van|sigue[s]?|hacen|guardan|funciona|jala|cabe[n]?|le\s+cabe[n]?|le\s+puedo|"
    r"debo|tengo\s+que|es|son|fue|pierdo|hicieron|respaldaron|pas[oó]|existe|necesito|ocupo)\b",
    re.IGNORECASE,
)
_PROBLEM = re.compile(
    r"\b(?:no\s+(?:(?:me|nos|le|lo|la|les|se|ha|han|he)\s+)*(?:pued\w+|podemos|pude|deja\w*|abr\w+|entra\w*|conect\w+|lleg\w+|yeg\w+|jala\w*|funcion\w+|prend\w+|encontr\w+|encuentr\w+|sirv\w+|"
    r"carg\w+|cae\w*|ca[ií]do|aparec\w+|sal\w+|recuerd\w+|acuerd\w+|recib\w+|responde\w*|tengo)|error|sig(?:o|ue|uen|uimos)\s+sin|se\s+(?:cay[oó]|apag[oó]|trab\w+|congel\w+|qued[oó]\s+\w+)|ca[ií]do|rechaz\w+|"
    r"(?:perd[ií]|borr[eé]|tir[eé]|extravi[eé]|olvid\w+|se\s+me\s+(?:perdi[oó]|borr[oó]|olvid[oó])))\b",
    re.IGNORECASE,
)
_SOLVED = re.compile(
    r"\bya\s+no\s+(?:(?:me|nos)\s+)?(?:sale|aparece|marca|da|hay|tengo)\b|\bno\s+tengo\s+(?:m[aá]s\s+)?(?:dudas?|problemas?|preguntas?)\b",
    re.IGNORECASE,
)
_TELLS = re.compile(
    r"^\W*(?:(?:es\s+que|oye|oigan?|hola|bue\w+\s+\w+|mire|pues|la\s+neta|f[ií]jese\s+que|y|lo\s+que\s+pasa\s+es\s+que)\W+)*"
    r"(?:ya\s+(?:tengo|tenemos|me|nos|pagu?[eé]|pagamos|saqu[eé]|vi|entr[eé]|s[eé]|est[aá]\s+pagado|llev\w+)|s[eé]\s+que|encontr[eé]|recib[ií]|nos\s+dieron|"
    r"(?:ayer|hoy|el\s+\w+|la\s+semana\s+pasada|hace\s+\w+)\s+(?:pagu?[eé]|contrat[eé]|me|nos|hice|hicimos)|contrat[eé]|compr[eé]|tengo|tenemos|llevo|me\s+fui|estoy|estamos|soy|somos|"
    r"acabo\s+de|vendo|vendemos|uso|usamos|trabajo|trabajamos|mi\s+\w+\s+(?:dice|dijo|quiere|me\s+\w+)|me\s+(?:dijeron|dijo|contaron|platicaron|recomendaron)|vi\s+que|voy\s+a|vamos\s+a)\b",
    re.IGNORECASE,
)
_RAMBLES = re.compile(
    r"^\W*(?:me\s+urge|es\s+(?:fin\s+de|que|para|pa|urgente)|estoy|porfa|por\s+favor|gracias|tengo\s+que|lo\s+(?:pregunto|necesito|ocupo)|para\s+(?:que|ver|poder)|porque|xq|pues)\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"^\W*(?:(?:y|oye|hola|oiga)\W+)*(?:si|aunque|como\s+ya|porque|xq|ya\s+que|en\s+caso|suponiendo|despu[eé]s\s+de|antes\s+de|una\s+vez)\b\W*(?P<rest>.*)$",
    re.IGNORECASE,
)
_NOUN = re.compile(r"^\W*(?:el|la|los|las|mi|mis|su|sus|un|una|del|lo\s+del?)\s", re.IGNORECASE)
_VERB = re.compile(
    r"\b(?:v[ei]nc\w+|est[aá]\w*|sal\w+|lleg\w+|yeg\w+|hac\w+|hizo|hici\w+|pued\w+|podr\w+|vien\w+|tra[ei]\w*|tien\w+|teng\w+|ten[ií]a\w*|hay|es|son|fue\w*|ser[aá]\w*|cuest\w+|tard\w+|dura\w*|inclu\w+|"
    r"pas[aoóe]\w*|borr\w+|guard\w+|cambi\w+|qued\w+|jal\w+|funcion\w+|sirv\w+|empi\w+|termin\w+|acab\w+|da|dan|doy|va|van|voy|sig[ou]\w*|cay\w+|ca[ei]\w*|deb[oe]\w*|pag[oóueé]\w*|cobr\w+|respald\w+|manda\w*|mand[eé]\w*|"
    r"abr\w+|entr[aoóe]\w*|conect\w+|necesit\w+|ocup\w+|quier\w+|quisier\w+|sab\w+|s[eé]|pierd\w+|perd\w+|instal\w+|actualiz\w+|renov\w+|renuev\w+|consult\w+|descarg\w+|encuentr\w+|v[eé]o?|ven|aparec\w+|ped\w+|pid\w+|"
    r"se\s+\w+|me\s+\w+|le\s+\w+|no\s+\w+|ya\s+\w+)\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:(?!(?:est|qu|porqu|s|d|caf)[eé]\b|mí\b|sí\b|así\b|aquí\b|ahí\b|allí\b|todavía\b|día\b|días\b)\w+(?:é|í|ó|ía|ían|aron|ieron|aba|aban|imos)|"
    r"pague|contrate|compre|renove|recibi|vi|fui|dijo|dijeron|mandaron|llego|paso|gusto|cambie|borre|encontre|cambiamos|pagamos|instale|hice|hicimos|hizo|entre|tenia|era|fue|"
    r"(?:he|ha|hemos|han)\s+\w+do)\b",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\b(?:ya|acabo|hoy|ayer|anoche|antes|siempre|el\s+(?:lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo|a[nñ]o|mes|otro)|la\s+semana)\b",
    re.IGNORECASE,
)
_POINT = re.compile(
    r"\b(?:nom[aá]s|nada\s+m[aá]s|s[oó]lo|solamente|[uú]nicamente|lo\s+[uú]nico|lo\s+q(?:ue)?|me\s+falta|ahora|mejor|al\s+cabo|mi\s+duda|mi\s+pregunta|entonces|por\s+eso)\b",
    re.IGNORECASE,
)
_CONTRAST = re.compile(
    r"\b(?:pero|lo\s+[uú]nico|lo\s+q(?:ue)?\s+(?:no|me)|mi\s+problema|solo\s+(?:me|q|que)|sin\s+problema)\b", re.IGNORECASE
)
_LEANS = re.compile(
    r"^\W*(?:(?:y|o|en|por|a|de|para|entonces)\s+)*(?:qu[eé]|q|d[oó]nde|c[oó]mo|cu[aá]nto|cu[aá]ndo|cu[aá]l)?\s*(?:(?:se|me|te|le|nos)\s+)?(?:l[oae]s?\s+\w+(?:\s+(?:yo|despu[eé]s|luego))?|es[eoa]s?\b.*|\w+\s+es[eoa]s?)\W*$",
    re.IGNORECASE,
)
_COURTESY = re.compile(
    r"^\W*(?:(?:hola+|holi\w*|ola|qu[eé]\s+tal|q\s+tal|qu[eé]\s+onda|buen[oa]?s?\s*(?:d[ií]as?|tardes?|noches?|tardecitas?)?|saludos|(?:muchas\s+|mil\s+)?gracias(?:\s+por\s+\w+)?|disculp\w+|perd[oó]n\w*|"
    r"yay|thx|thanks|grax|grasias|perfecto|excelente|ok(?:as?|ay|i)?|jaja\w*|(?:va|sale|ya|bueno|bien|muy\s+bien|est[aá]\s+bien|vale|listo|ah|[oó]rale|entonces)(?=\s*(?:[,.;!…]|$))|(?:va|sale)(?=\s+(?:y|pues|gracias|entonces)\b)|"
    rf"entonces(?=\s+(?:{_QUESTION_WORD}|q|x)\b)|(?:y\s+)?(?:una|otra)\s+(?:cosa|cosita|duda|pregunta)(?:\s+m[aá]s)?)(?:\W+|$))+",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?<=[.?!])\s*(?:(?:muchas\s+|mil\s+)?gracias|de\s+antemano|saludos|recib(?:a|an|e)\b|quedo|quedamos|atentamente|sin\s+(?:otro\s+particular|m[aá]s\s+por)|"
    r"(?:le|les|te)\s+(?:agradezco|agradecemos|env[ií]o|mando)|agradezco|agradeciendo|que\s+tengan?|bonito|buen)\b[^.?!¿]*[.!]?\s*$",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"(?:^|(?<=[\s,;.]))(?<!\bsi\s)(?<!\bque\s)(?:y\s+)?no\s+(?:(?:es|era|de|por|digo|dije|ocupo|necesito|busco|(?:(?:le|te|les)\s+)?pregunt(?:o|e|é|aba)(?:\s+por)?|hablo\s+de|me\s+refiero\s+a)\s+)?"
    r"(?:el|la(?!\s+\w+o\b)|l[oa]s(?=\s+\w+(?<!mo)s\b)|lo\s+del?|del|mi|mis)\s+"  # "no la pago" denies no thing
    r"(?!(?:otr[oa]s?|un[oa]|dos|tres|cuatro|cinco|primer\w*|segund\w*|tercer\w*|[uú]ltim\w*|que|q|de)\b)[^\W\d]{3,}(?:\s+lo\s+que\s+\w+)?(?=\s*(?:$|[,;.:]|sino\b|es\b|era\b))[\s,;.:]*"
    r"|^\W*no\s+(?:quiero|busco|ocupo|necesito)\s+[^,;.?¿]{3,50}[,;.]\s*(?=(?:lo\s+que|s[oó]lo|nada\s+m[aá]s|nom[aá]s)\s+(?:quiero|busco|ocupo|necesito)\b)"  # "no quiero otro, lo que quiero …"
    r"|^\W*no,\s*no\s+(?:contrase[nñ]as?|facturas?|respaldos?|pagos?|cargos?|licencias?|correos?|vigencias?|servidor(?:es)?|claves?|tarjetas?|usuarios?)\s*[,;.]+\s*"  # "no, no contraseña. …"
    r"|^\W*no\W+(?:el|la|los|las|lo\s+del?|mi|mis)\s+[^\W\d]{3,}\s+(?:no|ya\s+(?:me\s+)?(?:qued|s[eé]|l[ao]\s+(?:s[eé]|vi)|entend)[^,;.:]{0,15})\s*[,;.:!]+\s*"  # "no, la contraseña no, la copia"
    r"|^\W*no\W+lo\s+que\s+\w+(?:\s+\w+)?\s*[,;.:!]+\s*"  # "no lo que debo, lo que pago"
    r"|[,;.]\s*(?:el|la)\s+(?:de\s+)?\S+\s+ya\s+(?:l[ao]\s+)?(?:s[eé]|vi|entend[ií])\W*$"  # "…, el 03 ya sé"
    rf"|,\s*no\s+(?:(?:a|de|en|con|hasta|desde)\s+{_QUESTION_WORD}|cu[aá]\w+|d[oó]nde|qui[eé]n\w*|qué|cómo)\s+[^,;.?]{{1,30}}$",  # "…, no cuándo acaba"
    re.IGNORECASE,
)
_TAKES_BACK = re.compile(
    r"(?:(?<=^)|[\s,;.…]+)(?:"
    r"(?:perd[oó]n\w*,?\s+no|no,?\s+perd[oó]n\w*|(?:perd[oó]n\w*[\s,]+)?me\s+(?:expres[eé]|expliqu[eé])\s+mal(?:[\s,]+no\s+(?:[eé]s[aeo]s?|[eé]st[aeo]s?|eso))?)\s*[,:;.…\n]\s*"
    r"|no,?\s+a\s+ver,?\s+esp[eé]r[ae](?:me|te)?[\s,:;.…]+"
    r"|(?P<outright>(?<!me\s)(?<!se\s)(?<!la\s)(?<!lo\s)(?<!les\s)(?<!te\s)(?<!nos\s)(?:ya\s+)?(?:olv[ií]d[ae]l[oa]\b|(?:olv[ií]d[ae](?:te)?|deja|dejemos)\s+(?:de\s+)?(?:eso|lo\s+de(?:l|\s+l[ao])?\s+\w+))\s*[,:;.…\n]+\s*))",
    re.IGNORECASE,
)  # "perdón no la recibí" denies, and "me equivoqué" is what happened
_POINTS = r"(?:el|la|del?)\s+(?:de\s+)?(?:0?\d|dos|tres|cuatro|cinco|primer\w*|segund\w*|tercer\w*|cuart\w*|quint\w*|[uú]ltim\w*)\b"
_POINTS_LAST, _POINTS_FIRST = re.compile(rf"{_POINTS}\W*$", re.IGNORECASE), re.compile(rf"\W*{_POINTS}", re.IGNORECASE)
_ONLY_POINTS = re.compile(rf"\W*(?:{_POINTS}\W*)+", re.IGNORECASE)
_NAMED_AGAIN = re.compile(r"^(?:y\s+)?(?:el|la|los|las|lo\s+del?)\s+\w+\s+no[\s,]+(?=(?:el|la|los|las|lo)\s)", re.IGNORECASE)
TAKEN_BACK_OUTRIGHT = 14  # "… olvida eso. …" says it of all that stands before
TAKEN_BACK_WORDS, LEAST_SAID_INSTEAD, PLENTY_SAID = 4, 3, 7
CLOSING_WORDS = 9
_SENTENCE_END = re.compile(r"(?<=[.?!;])\s+|\s*\n\s*|\s+punto\s+", re.IGNORECASE)


def asks(text: str) -> bool:
    """A mark, an accented question word, or one without accent where only a question puts it."""
    return bool(_MARK.search(text) or _ACCENTED.search(text) or _BARE_START.match(text) or _BARE_INSIDE.search(text))


def marked(text: str) -> bool:
    """A question mark, of either kind."""
    return bool(_MARK.search(text))


def orders(text: str) -> bool:
    """A wish or an order: "quiero …", "mándenme …", "me pasas …"."""
    return bool(_ORDERS.search(text))


def asks_yes_or_no(text: str) -> bool:
    """Begins with a verb as yes-or-no questions do, mark or not: "ya quedó …", "se puede …"."""
    return bool(_YES_OR_NO.match(text))


def complains(text: str) -> bool:
    """Says that something does not work or is lost, which is a question in itself: "no puedo entrar"."""
    return bool(_PROBLEM.search(text)) and not _SOLVED.search(text)


def tells(text: str) -> bool:
    """Begins as a story does."""
    return bool(_TELLS.match(text))


def rambles(text: str) -> bool:
    """Begins as an afterthought does: "me urge, es fin de mes"."""
    return bool(_RAMBLES.match(text))


def only_a_condition(text: str) -> bool:
    """A condition without the question that it belongs to: "si no pago mañana"."""
    found = _CONDITION.match(text)
    return found is not None and not asks(found["rest"])


def names_only(text: str) -> bool:
    """A noun without a verb, as the second of two things asked about at once: "la contraseña para entrar"."""
    return bool(_NOUN.match(text)) and all(found[0].endswith(("ar", "er", "ir")) for found in _VERB.finditer(text))


def sentences(text: str) -> list[str]:
    """Parts that end with a mark, a line break or a dictated "punto"; a text without any is one."""
    return [part for part in _SENTENCE_END.split(text.strip()) if part]


def tells_what_happened(text: str) -> bool:
    """A verb in the past: "pagué", "me dijeron"."""
    return bool(_PAST.search(text))


def says_when(text: str) -> bool:
    """Words of a story's time: "ya", "ayer", "el lunes"."""
    return bool(_WHEN.search(text))


def comes_to_the_point(text: str) -> bool:
    """What is said where a story ends and the one question begins: "nada más", "lo que me falta saber"."""
    return bool(_POINT.search(text))


def contrasts(text: str) -> bool:
    """One thing is set against another, and only one of them matters."""
    return bool(_CONTRAST.search(text))


def leans(text: str) -> bool:
    """Means nothing without what stands before it: "cómo lo configuro"."""
    return bool(_LEANS.match(text))


def only_points(text: str) -> bool:
    """Names nothing but a number or a place: "el 2?"."""
    return _ONLY_POINTS.fullmatch(text) is not None


def without_denied(text: str) -> str:
    """Without a thing that is only named to say that it is not meant: "era la factura, no el respaldo"; the text itself where nothing else is left."""
    rest = _DENIED.sub("", text).strip(" ,;.")
    return rest if rest and rest != text.strip(" ,;.") else text


def without_wrong_pointer(text: str) -> str:
    """Without the number or place of a thing that the message itself puts right: "la 5… no, perdón, la 4, ¿ya está?"."""
    found = _TAKES_BACK.search(text)
    pointed = found and _POINTS_LAST.search(text[: found.start()])
    return f"{text[: pointed.start()]}{text[found.end() :]}" if found and pointed and _POINTS_FIRST.match(text[found.end() :]) else text


def without_taken_back(text: str) -> str:
    """Without the few words that the message itself takes back for others: "la factura no a ver espérame el respaldo"."""
    found = _TAKES_BACK.search(text)
    if found is None:
        return text
    before, after = text[: found.start()], _NAMED_AGAIN.sub("", text[found.end() :])
    taken_back, said = len(before.split()), len(after.split())
    enough = said >= LEAST_SAID_INSTEAD if taken_back else said >= PLENTY_SAID or asks(after)  # "perdón, me equivoqué: la 2" only points
    few = taken_back <= (TAKEN_BACK_OUTRIGHT if found["outright"] else TAKEN_BACK_WORDS)
    return after if few and enough else text


def without_closing(text: str) -> str:
    """What is left before thanks and greetings at the end of a letter ("…, quedo atento."); the text itself where there are none."""
    found = _CLOSING.search(text)
    said = found[0].split() if found else []
    if found is None or not text[: found.start()].strip() or len(said) > CLOSING_WORDS or asks(found[0]) or orders(" ".join(said[1:])):
        return text
    return without_closing(text[: found.start()].rstrip())


def without_courtesy(text: str) -> str:
    """What is left after greeting and thanks; the text itself where there are none."""
    rest = _COURTESY.sub("", text)
    return text if rest == text else re.sub(r"^(?:y|e)\s+", "", rest, flags=re.IGNORECASE).strip()
