"""Mexican Spanish as it is typed, brought to one form for the classifier. Pure functions on text.

`plain_text` makes a message safe (what every later step sees); `normalise` makes it comparable: case, doubled letters, chat
shorthand, laughter, emoji, and masks for what never decides an intent (phones, mails, RFC, amounts, dates). Accents are dropped
here: n-grams and the sentence encoder keep working without them, and half of the customers do not type them. There is no blind
spelling correction: it hurt in the measurements (facts/nlu.md section B).
"""

from __future__ import annotations

import re
import unicodedata

MAX_REPEATS = 2

_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
_SLASHES = re.compile(r"^[\s/\\]+(?=\S)")
_REPEATED = re.compile(r"(\w)\1{2,}")
_LAUGHTER = re.compile(r"\b(?:(?:j[aeiou]){2,}j?|(?:ha){2,}h?|lol|x+d+)\b")
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2190-\u21ff\u2b00-\u2bff\ufe0f\u200d]+")
# what a message of nothing but emoji or laughter says; the first kind that stands in it counts
_SIGNS = (
    (re.compile("[\U0001f44e\u274c\U0001f645]"), "no"),
    (re.compile("[\U0001f44d\U0001f44c\u2705\u2714\U0001f197\U0001f4af\U0001f91d\U0001f919]"), "si"),
    (re.compile("[\U0001f64f\u2764\u2763\u2665\U0001f90d-\U0001f90f\U0001f493-\U0001f49f\U0001f9e1\U0001faf6\U0001f970]"), "gracias"),
)
_A_FACE = "que risa"
_FACE = re.compile(r"[:;=]-?[()dp3]+|<3|\^_?\^")
_SPACES = re.compile(r"\s+")

_MASKS = (
    (re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.-]+\b"), " correoelectronico "),
    (re.compile(r"\bhttps?://\S+|\bwww\.\S+"), " enlaceweb "),
    (re.compile(r"\b[a-zñ&]{3,4}\d{6}[a-z0-9]{2,3}\b"), " rfcpersona "),
    (re.compile(r"\b(?!24\s*/\s*7\b)\d{1,2}\s*(?:/|-)\s*\d{1,2}(?:\s*(?:/|-)\s*\d{2,4})?\b"), " fechadada "),
    (re.compile(r"\$\s*\d[\d,.]*|\b\d[\d,.]*\s*(?:pesos|mxn|varos|baros)\b"), " montodinero "),
    (re.compile(r"\b(?:\+?\d[\s-]?){8,15}\b"), " numerolargo "),
)
# a server's own name never decides an intent; "sierra-02", "NORTE 01"
_ALIAS = re.compile(
    r"\b(?!aspel|windows|office|version|sae|coi|noi|caja|banco|prod|facture|adm|los|las|unos|hace|son|son|hay|solo|otros|otras|como|para|desde|cada|dia|dias|mes|meses|hora|horas|con|por|dos|tres|menos|server)[a-zñ]{4,15}[-_ ]0\d\b"
)

_SHORTHAND = {
    "q": "que", "k": "que", "ke": "que", "qe": "que", "xq": "porque", "xk": "porque", "pq": "porque", "porq": "porque", "porke": "porque", "pk": "porque",
    "x": "por", "xfa": "por favor", "xfavor": "por favor", "porfa": "por favor", "porfis": "por favor", "porfavor": "por favor", "pls": "por favor", "plis": "por favor", "please": "por favor", "pliz": "por favor",
    "tmb": "tambien", "tb": "tambien", "tbn": "tambien", "tmbn": "tambien", "tambn": "tambien",
    "d": "de", "dl": "del", "dd": "de", "dsd": "desde", "dsde": "desde", "pa": "para", "pal": "para el", "pra": "para", "prq": "porque",
    "toy": "estoy", "ta": "esta", "tan": "estan", "taba": "estaba", "tas": "estas",
    "cuant": "cuanto", "cdo": "cuando", "cnd": "cuando", "cuand": "cuando", "kuando": "cuando", "qando": "cuando", "cndo": "cuando", "cuano": "cuando", "knto": "cuanto", "cto": "cuanto", "kuanto": "cuanto", "qnto": "cuanto", "cuato": "cuanto",
    "dnd": "donde", "dnde": "donde", "dond": "donde", "onde": "donde", "ond": "donde", "kien": "quien", "komo": "como", "cm": "como", "cmo": "como",
    "msj": "mensaje", "msg": "mensaje", "wp": "whatsapp", "wsp": "whatsapp", "whats": "whatsapp", "tel": "telefono", "num": "numero",
    "grax": "gracias", "grcs": "gracias", "grs": "gracias", "thx": "gracias", "tks": "gracias", "thanks": "gracias",
    "ntp": "no te preocupes", "nmms": "no manches", "wey": "oye", "we": "oye", "bro": "oye", "ps": "pues", "pz": "pues", "pos": "pues",
    "bn": "bien", "vdd": "verdad", "dps": "despues", "dsp": "despues", "ntonces": "entonces", "entons": "entonces", "tons": "entonces",
    "hr": "hora", "hrs": "horas", "min": "minutos", "mins": "minutos", "dias": "dias", "sem": "semana",
    "mail": "correo", "email": "correo", "emails": "correos", "mails": "correos", "gmail": "correo", "imail": "correo", "e-mail": "correo",
    "server": "servidor", "servers": "servidores", "serber": "servidor", "serbidor": "servidor", "servidr": "servidor", "sevidor": "servidor", "servior": "servidor", "srv": "servidor", "serv": "servidor", "srvidor": "servidor", "cervidor": "servidor",
    "password": "contrasena", "passwd": "contrasena", "pass": "contrasena", "pwd": "contrasena", "pasword": "contrasena", "pasguord": "contrasena", "contra": "contrasena", "contrasenia": "contrasena", "contraceña": "contrasena", "contracena": "contrasena", "contrasea": "contrasena", "contrazena": "contrasena",
    "backup": "respaldo", "backups": "respaldos", "bakup": "respaldo", "back-up": "respaldo", "becap": "respaldo", "bacap": "respaldo", "respado": "respaldo", "rezpaldo": "respaldo", "respalo": "respaldo",
    "invoice": "factura", "fatura": "factura", "facura": "factura", "fctura": "factura", "faktura": "factura", "cfdi": "factura cfdi",
    "vijencia": "vigencia", "bigencia": "vigencia", "vigensia": "vigencia", "vense": "vence", "bence": "vence", "bense": "vence",
    "licensia": "licencia", "lisencia": "licencia", "licenzia": "licencia", "lic": "licencia", "licensias": "licencias",
    "yega": "llega", "yego": "llego", "yegado": "llegado", "yegan": "llegan", "ha": "ha", "aser": "hacer", "ago": "hago", "ase": "hace", "ay": "hay", "aver": "a ver", "haber": "haber",
    "ola": "hola", "holi": "hola", "wenas": "buenas", "bnas": "buenas", "bns": "buenos", "info": "informacion", "informasion": "informacion",
    "login": "entrar", "loguear": "entrar", "logear": "entrar", "accesar": "entrar", "upgrade": "mejorar plan", "pay": "pagar",
    "susc": "suscripcion", "suscrpcion": "suscripcion", "suscripsion": "suscripcion", "subscripcion": "suscripcion", "suscribcion": "suscripcion",
    "trgeta": "tarjeta", "targeta": "tarjeta", "tarjta": "tarjeta", "tdc": "tarjeta de credito", "tdd": "tarjeta de debito", "devito": "debito",
    "conexcion": "conexion", "coneccion": "conexion", "conecion": "conexion", "conectarce": "conectarse",
}  # fmt: skip
_WORD = re.compile(r"[a-zñ0-9][a-zñ0-9'-]*")


def plain_text(text: str) -> str:
    """The message as text and nothing else: NFKC, no control, format or surrogate characters, no leading slashes, one line."""
    folded = unicodedata.normalize("NFKC", text.encode("utf-8", "ignore").decode())
    visible = "".join(
        " " if character in "\n\r\t" else character
        for character in folded
        if character in "\n\r\t" or unicodedata.category(character) not in _INVISIBLE
    )
    composed = unicodedata.normalize("NFKC", visible)  # again: an invisible character may have parted a letter from its accent
    return _SPACES.sub(" ", _SLASHES.sub("", composed)).strip().lstrip("/").strip()


def without_accents(text: str) -> str:
    """Accents and diaereses dropped, ñ kept."""
    kept = text.replace("ñ", "\0").replace("Ñ", "\1")
    bare = "".join(character for character in unicodedata.normalize("NFD", kept) if unicodedata.category(character) != "Mn")
    return bare.replace("\0", "ñ").replace("\1", "Ñ")


def normalise(text: str) -> str:
    """One comparable form of a message: lower case, no accents, shorthand written out, masks for numbers and addresses."""
    plain = without_accents(plain_text(text).lower())
    if sign := _sign(plain):
        return sign
    for pattern, mask in _MASKS:
        plain = pattern.sub(mask, plain)
    plain = _LAUGHTER.sub(" ", _EMOJI.sub(" ", plain))
    plain = _ALIAS.sub(" servidorpropio ", plain)
    plain = _REPEATED.sub(r"\1", plain)
    words = (_SHORTHAND.get(word, word).replace("ñ", "n") for word in _WORD.findall(plain))
    return " ".join(words)


def _sign(plain: str) -> str:
    """What a message without words says: "si", "no", "gracias" or "que risa"; "" when it has words, or nothing at all."""
    wordless = _LAUGHTER.sub("", _EMOJI.sub("", _FACE.sub("", plain)))
    if _WORD.search(wordless) or not (_EMOJI.search(plain) or _LAUGHTER.search(plain) or _FACE.search(plain)):
        return ""
    return next((word for sign, word in _SIGNS if sign.search(plain)), _A_FACE)
