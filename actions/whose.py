"""Whose account may be spoken of: that of the desk that is signed in, to who is signed in, whatever else is said, sworn or offered."""

from __future__ import annotations

import re
from typing import Final, Literal

from actions.mentions import as_said, first_mentioned, mentions
from actions.say import Reply
from actions.turn import Turn
from bot.accounts.port import Desk
from bot.identity.levels import DataClass
from bot.protocol.frame import Which
from bot.rules.folding import bare

SHORTEST_NAME: Final = 4
_ACCOUNT: Final = r"(?:datos|cuenta|servidor(?:es)?|server|saldo|adeudos?|estado|facturas?|pagos?|vigencia|contrasena|claves?|accesos?|suscripcion|correo|contrato|respaldos?)"
_CLIENT: Final = r"client[ea]|vecin[oa]|competi(?:dor[a]?|encia)|proveedor[a]?|compadre|comadre"
_PERSON: Final = rf"{_CLIENT}|amig[oa]|prim[oa]|cunad[oa]|herman[oa]|suegr[oa]|conocid[oa]"
_SOME: Final = r"(?:del (?:otro |mismo )?|de (?:(?:mi|un|una|la|el|tal|otr[oa]|es[ea]|aquel(?:la)?) )+)"
_BUSINESS: Final = (
    r"(?:papeler|ferreter|abarrot|taller|grupo|boutique|farmaci|optica|dulcer|transport|despach|consultor|refaccion|miscelan|restauran|zapater|carnicer|panader|tortiller"
    r"|veterinari|clinica|hotel|muebler|distribuidor|comercializador|constructor)[a-z]*"
)
_NAME: Final = r"(?!(?:que|de|del|y|e|o|en|con|a|al|para|por|no|se|mi|su|esta|este|ya|ahi|aqui|hoy|ayer|cuando|pero|porque|si|tiene|vence|debe|pago|porfa|todavia)\b)[a-z0-9&]{3,}"
_OF_A_PERSON: Final = rf"{_ACCOUNT} (?:\w+ )?{_SOME}(?:{_PERSON})\b|{_ACCOUNT} (?:\w+ )?de {_BUSINESS} {_NAME}"
_SHOP_OF_ANOTHER: Final = rf"{_BUSINESS} de (?:(?:mi|un|una|el|la) )+(?:{_CLIENT})\b"
_ONLY_A_BUSINESS: Final = re.compile(
    rf"^\W*(?:(?:y|o|ahora|entonces|oye|oiga|pero) )*(?:(?:el|la|lo) (?:(?:de|del) (?:la |el )?)?)?"
    rf"(?:taller|grupo|boutique|optica|papeleria|ferreteria|dulceria|transportes|consultores|refaccionaria) (?!mecanic|electric|complet|nuev|contable|fiscal){_NAME}\W*$"
)
"""As in "¿y el de Grupo Mercado?": nothing but somebody's business by its name."""
"""Theirs, even where who writes has a shop of that kind too."""
"""A business with an article is mostly their own ("la papelería"); without one it is named."""
_DONE_BY_OTHERS: Final = (
    rf"(?:pago|paga|debe|vencio|vence|renovo|contrato|adeuda) (?:ya )?(?:(?:mi|un|una|el|la|otr[oa]|es[ea]) )+(?:{_CLIENT})\b"
    rf"|(?:pago|paga|debe|vencio|vence|renovo|contrato|adeuda) (?:ya )?(?:a (?:ustedes |la |el |los de )?)?{_BUSINESS} {_NAME}"
    rf"|les? cobran? a (?:(?:(?:mi|un|una|el|la|otr[oa]|es[ea]) )+(?:{_PERSON})\b|{_BUSINESS} {_NAME})"
)
_CLIENTS_HERE: Final = (
    rf"(?<!soy )(?<!somos )(?:{_PERSON}|{_BUSINESS} {_NAME})\b(?:,? (?!(?:mi|nuestr[oa]|yo|me|nos)\b)\w+){{0,7}},? (?:tiene|renta|esta|contrata|contrato|trabaja)n? (?:\w+ ){{0,2}}con (?:ustedes|uds?)\b.*"
    r"\b(?:(?:les?|la|lo) cobran|(?<!se )(?:paga|debe)n?\b|lo suyo|su (?:cuenta|pago|adeudo|numero))"
)
"""Somebody who rents here too, and what is theirs."""
_THEIRS: Final = (
    rf"(?:{_PERSON}|coleg[ao]|ti[oa]|novi[oa]|espos[oa]|papa|mama|soci[oa])\b.{{0,60}}\b(?:el|la|lo) suy[oa]\b"
    r"|(?:hij[oa]|maestr[oa]|conta(?:dora?)?)\b.{0,40}\b(?:contrat|rent|compr|vendi)\w*.{0,20}\b(?:el|la|lo) suy[oa]\b"
)
"""Somebody who has one too: "mi cuñada contrató el suyo, ¿ya está?"."""
_MINE: Final = (
    rf"(?:el|la|lo|los|las) mi[oa]s?\b|nosotros\b|nuestr[oa]s?\b|a mi\b(?! (?:{_PERSON}|ti[oa]|novi[oa]|espos[oa]|soci[oa]))|yo\b"
)
_OF_A_NAMED_BUSINESS: Final = rf"(?<!mi )(?<!somos )(?<!tengo )(?<!nuestra )(?<!nuestro )(?<!soy )\b{_BUSINESS} {_NAME}.{{0,100}}\b(?:tienen? (?:pagad|vigente|contratad|su servidor)|le vence\b|su (?:cuenta|adeudo|vigencia)\b)"
_OF_PROGRAMS: Final = r"complemento|sae\b|coi\b|noi\b|timbr|texto|imprim|inventario"
"""The customer's own clients, in their Aspel system."""
_RULES_ONLY: Final = "faq_"
_WITH_ACCOUNT: Final = frozenset({"faq_consultar_vigencia", "faq_factura", "faq_datos_conexion"})
_DONE_BY_NAME: Final = re.compile(
    r"\b(?:pag\w|debe|renov\w|contrat\w|adeuda)\s+(?:(?:la|el)\s+)?(?!(?:Nube|Aspel|Windows|Servidor|Mi|La|El)\b)[A-Z]\w+\s+[A-Z]\w+"
)
"""As in "¿ya pagó Juan Pérez?": who did it is named in full."""

_LOCKED_OUT: Final = (
    r"no (?:me )?(?:pued|dej|logr|permit)\w* (?:entr|acced|ingres|abr)\w* (?:a|al|en|el|la) (?:mi |la |el )*(?:cuenta|portal|escritorio|pagina)"
    r"|perd\w* (?:el |mi )*(?:acceso|entrada) (?:a|al|del?) |(?:recuper|restabl)\w* (?:el |mi )*(?:acceso|cuenta)|bloque\w* (?:de )?(?:el |mi |la )*(?:cuenta|portal|acceso)"
)
"""Who cannot enter the place from which the chat knows them: to be sent there helps nobody."""
_OFFERED = {
    "utter_pedir_ayuda_otra_cuenta": r"a (?:el|ella) si\b|con su cuenta",
    "utter_identificate_con_que": r"identific|que necesit",
    "utter_identificate_clave": r"contrasen|clave\b|pass\b|no (?:traigo|tengo) (?:mi |el )?usuario|olvid|no me acuerdo|como me meto",
    "utter_identificate_dato": (
        r"rfc|ine\b|ife\b|credencial|folio|poder notarial|constancia|numero de cliente|c-\d|login|sudo|telefono|codigo|me llamo|nombre"
        r"|ya te di|te (?:doy|paso)|le doy|guion"
    ),
    "utter_identificate_ni_si_o_no": r"si o no|un si|un no\b|nomas dime|ni si|siquiera",
    "utter_identificate_te_creo": r"soy (?:yo|el|la|los|su)|pero si|trabajo ahi|juro|te estoy diciendo|le estoy diciendo|mi empresa|el que pone",
}
"""What a visitor says to be let in, and the answer to it. None of it proves anything, and nothing of it is confirmed."""


def asks_of_others(turn: Turn) -> bool:
    """Whether another customer's account is asked about, and neither the customer nor one of their servers is named."""
    if turn.named_servers or turn.named_foreign or turn.means_all:
        return False
    if turn.is_read and mentions(turn, _SHOP_OF_ANOTHER):
        return True
    if _names_self(turn):
        return False
    if turn.is_read and _ONLY_A_BUSINESS.match(as_said(turn.text)):
        return True
    return any(each.which is Which.FOREIGN for each in turn.frame.servers) or (turn.is_read and _names_others(turn))


def _names_others(turn: Turn) -> bool:
    """Whether the words ask of somebody's account who is not who writes: of "mi cliente", of a business by its name."""
    intent = turn.frame.intent
    if (intent.startswith(_RULES_ONLY) and intent not in _WITH_ACCOUNT) or mentions(turn, _OF_PROGRAMS):
        return False
    theirs = mentions(turn, _THEIRS) and not mentions(turn, _MINE)
    return (
        theirs
        or any(mentions(turn, each) for each in (_OF_A_PERSON, _DONE_BY_OTHERS, _CLIENTS_HERE, _OF_A_NAMED_BUSINESS))
        or bool(_DONE_BY_NAME.search(turn.text))
    )


def _names_self(turn: Turn) -> bool:
    """Whether a word of the customer's own name, or of the name of an own server, stands in the message: "soy lirio"."""
    desk = turn.sees(DataClass.NAME)
    if desk is None:
        return False
    names = bare(" ".join((desk.name, *(each.alias for each in desk.servers))))
    own = {word for word in re.findall(r"[a-z]+", names) if len(word) >= SHORTEST_NAME}
    return not own.isdisjoint(re.findall(r"[a-z]+", bare(turn.text)))


def say_not_yours(desk: Desk, reply: Reply) -> None:
    """Nothing of another account is told, not even whether it exists, for whatever reason it is asked."""
    reply.vary("utter_cuenta_ajena", "utter_cuenta_ajena_insiste", "utter_cuenta_ajena_tampoco", cliente=desk.name)


def tell_how_to_identify(turn: Turn, reply: Reply, question: Literal["faq", "cuenta", "entrar"]) -> Literal["told", "lost", "refused"]:
    """Say it whole once an episode, with the address of the service desk when the company set it.

    Who goes on asking for an account's data, or asks how to enter, hears in other, shorter words what helps and what proves nothing:
    "lost", who cannot enter any more, and "refused" may need a person.
    """
    if question == "faq":
        _say_whole(turn, reply, "utter_identificate_faq", "utter_identificate_faq_portal")
        return "told"
    whole = "utter_identificate_cuenta_de_otro" if asks_of_others(turn) else "utter_identificate_cuenta"
    lost = question == "cuenta" and mentions(turn, _LOCKED_OUT)
    if question == "cuenta" and not lost and _say_whole(turn, reply, whole, "utter_identificate_cuenta_portal"):
        return "told"
    usual = "utter_identificate_ajena" if asks_of_others(turn) else "utter_identificate_sin_entrar"
    offered = "utter_identificate_clave" if lost else first_mentioned(turn, _OFFERED) or usual
    reply.vary(offered, "utter_identificate_sin_entrar", "utter_identificate_te_creo", "utter_identificate_en_general")
    return "lost" if offered == "utter_identificate_clave" else "refused"


def _say_whole(turn: Turn, reply: Reply, without_portal: str, with_portal: str) -> bool:
    portal = turn.settings.portal_url
    return reply.add_once(with_portal, portal=portal) if portal else reply.add_once(without_portal)
