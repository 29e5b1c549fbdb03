"""What is near this business and not covered here, by kind: it is named, what is known of it is said, and the line is given.

Kinds are told by few words of the message; of what none of them fits it is said that it cannot be answered. No wording is used twice in a row.
"""

from __future__ import annotations

from actions.base import say_line
from actions.licences import say_licences
from actions.live import readings
from actions.mentions import IN_ALL, first_mentioned, mentions, shows_card
from actions.sae import say_several
from actions.say import Reply
from actions.set_leads import say_price_sum
from actions.turn import GONE, Turn
from bot.accounts.port import Server, Subscription
from bot.identity.levels import DataClass
from bot.protocol.frame import Asked, Refers
from bot.rules import format as words

_LICENCE_DATE = "utter_no_cubierto_licencia"
_PRICE = "utter_no_cubierto_precio"
CARD = "utter_no_cubierto_tarjeta"
_USE = "utter_no_cubierto_uso"
_PRIVACY = "utter_no_cubierto_privacidad"
_DEVICES = "utter_no_cubierto_perifericos"
_PRICED = (
    r"precio|cuesta|costo|costar|tarifa|car[oa]\b|barat|cotiz|cuant\w+ (sale|vale|seria|me (sale|cobr))|\d+ (pesos|dolares)|otros \d{3}"
)
_OF_ANOTHER = r"otr[oa]|mas (grande|chic)|nuev[oa]|subir|usuarios|sae|coi|noi|banco|caja|prod\b|solucion"
_THIS = r"es[ea]\b|est[ea]\b|aquel"
_SEVERAL = "utter_conexion_sae_varios"
_KINDS = {
    "utter_no_cubierto_sospechoso": r"(me |nos )?(pidi\w+|piden|respond\w+) .{0,25}(contrasena|clave)|te (los|la|las) escribo",
    "utter_no_cubierto_documentos": r"copia del contrato|(el|mi) contrato\b|cartas? (?!porte)|por escrito|documento|constancia|proveedor\b(?! nuevo)",
    _PRIVACY: r"quien\w* (mas )?(puede|podria|ha entrado)|cualquiera\b|alguien mas|le (dices?|contestas|dan mis)|datos bancarios"
    r"|(mi|tu|el) numero de (mi )?tarjeta|como (supo|sabes?|sabias) |quien te dio|movimientos|tampoco le dice",
    _DEVICES: r"impres|imprim|epson|escaner|lector\b|codigos? de barras|huella|clip\b|square\b|terminal\b|bascula|etiquet",
    _USE: r"timbr|nota de credito|carta ?porte|complemento|(dar|doy) de alta (un|a|el|en)|inventario|catalogo|poliza|vale de|ejercicio\b|activar"
    r"|(en|del|al|con) (el )?(sae|coi|noi|facture)\b",
    "utter_no_cubierto_impuestos": r"sat\b|isr\b|iva\b|resico|declaracion|la anual|impuesto|deduc|situacion fiscal|codigo fiscal|legal\b|por ?ley|abogad",
    "utter_no_cubierto_factura": r"rfc\b|razon social|cfdi|metodo pue|datos (fiscales|de la empresa)|factur\w+ (a nombre|con otro|en dolares)",
    "utter_no_cubierto_compensacion": r"reembols|devol|devuel|regres\w+ .{0,12}(dinero|lana|mes|sobra|pagad|uno)|me (los|lo) (regres|abon|repon)|abon[ae]"
    r"|repon|bonific|compensa|resarc|indemni|descont\w+|descuent\w+ (el|los|estos|esos) d|descuento (x|por) (los )?d"
    r"|(quien|quienes) .{0,12}(paga|me responde)|pagan? (uds|ustedes)|multa q",
    "utter_no_cubierto_recomendar": r"recomiend|convien|de la competencia|aws\b|amazon|cual ocupo|que programa",
    "utter_no_cubierto_descuento": r"descuent|rebaj|promoci|mas barat|baj\w+ el precio|igualam|me lo dej|te doy \d|precio (por|especial)|oferta",
    CARD: r"(cambi\w*|otra|misma|actualiz\w*|nueva) .{0,15}(tarjeta|forma de pago)|tarjeta .{0,40}(cambi|pongo otra)",
    "utter_no_cubierto_pago": r"recargo|interes(es)?\b|multan?\b|comision|penaliz|castigo|adelantad|la mitad|a plazos|parcial|prorroga|chance|dan credito"
    r"|prest[ae]|(mas|unos) di[ai]|fecha de cobro",
    "utter_no_cubierto_correo": r"(cambi|corrig|correg|actualiz|arregl|modific)\w* .{0,20}(correo|direccion)"
    r"|(correo|direccion|hotmail|gmail) .{0,40}(cambi|corrig|correg)|lo arreglas",
    "utter_no_cubierto_avisos": r"avis(an|aron|aste)\b|comunicar",
    "utter_no_cubierto_claves": r"contrasena|clave|pass\b|password|login|usuario y",
    _PRICE: _PRICED,
    "utter_no_cubierto_condiciones": r"prueba|trial|gratis|demo\b|firmar|permanencia|amarr|minimo|(por )?un ano\b|mes con mes",
    "utter_sistemas_otros": r"contpaq|netflix|office|word\b|spotify|quickbooks|programas? que no",
    _SEVERAL: r"a la vez|al mismo tiempo",
    "utter_que_es_equipos": r"mac\b|iphone|ipad|android|cel(ular)?\b|tablet",
    "utter_no_cubierto_tecnico": r"velocidad|internet|antivirus|ram\b|gigas|nucleos|sql\b|ip fija|puerto|vpn|drive\b"
    r"|outlook|actualizar|2022|equipo|computadora",
    "utter_no_cubierto_pasar": r"recuper|rescat|pasar lo|subir|migra|usb\b|memori|en papel|cuaderno|restaur",
}
"""A kind is the text that names it, and words of it without accents; the first that fits counts."""
_KEEPS = r"no (lo |la |le |te |se |voy a |deseo |quiero |quiera )?(pido |estoy pidiendo )?(q(ue)? )?(la |lo )?cancel|sin cancelar|(ni|no) quiero q(ue)? la des de baja"
_LICENCE = r"sae|coi|noi|licencia|programa|(la|el) de los .{0,10}usuarios"


def say_uncovered(turn: Turn, reply: Reply, otherwise: str) -> None:
    """Name the kind, or say `otherwise`; what is known first; then tutorials and the line where they help."""
    kind = _kind(turn)
    if mentions(turn, _KEEPS):
        reply.add("utter_no_cubierto_nada_se_cancela")
    if kind == _PRICE:
        if _say_price(turn, reply):
            return
    elif kind == _SEVERAL:
        say_several(turn, reply)
    elif reply.vary(kind or otherwise, "utter_no_cubierto_insiste", "utter_no_cubierto_insiste_mas") == _LICENCE_DATE:
        _say_licences(turn, reply)
    if kind in {None, _USE} and turn.settings.tutorials_url:
        reply.add("utter_tutoriales", enlace=turn.settings.tutorials_url)
    if kind != _PRIVACY:
        say_line(turn, reply)


def _kind(turn: Turn) -> str | None:
    asked = turn.frame.asked
    if shows_card(turn):
        return CARD
    if asked in {Asked.UNTIL, Asked.STATE, Asked.SINCE, Asked.COUNT} and mentions(turn, _LICENCE):
        return _LICENCE_DATE
    kind = first_mentioned(turn, _KINDS)
    if asked is Asked.AMOUNT and kind != _DEVICES and (kind is None or mentions(turn, _PRICED)):
        return _PRICE
    return kind


def _say_price(turn: Turn, reply: Reply) -> bool:
    """The recorded price of the server that is meant, or of each; of anything else there is none here, which leads where that is asked.

    True where no more was asked: of one server that is talked about.
    """
    priced = _priced(turn)
    if not priced:
        reply.vary(_PRICE, "utter_no_cubierto_precio_ni_aproximado", "utter_no_cubierto_insiste")
    elif mentions(turn, _OF_ANOTHER):
        reply.vary("utter_no_cubierto_precio_de_otros", "utter_no_cubierto_precio_ni_aproximado")
        if len(priced) == 1:
            _say_own_price(turn, priced, reply)
    else:
        _say_own_price(turn, priced, reply)
        if len(priced) == 1 and turn.frame.refers is not Refers.NEW and mentions(turn, _THIS):
            return True
        reply.add("utter_no_cubierto_precio_de_otros")
    return False


def _say_own_price(turn: Turn, priced: tuple[tuple[Server, Subscription], ...], reply: Reply) -> None:
    said = tuple(each for server, paid in priced for each in readings(turn, server, "subscription", price=paid.price))
    prices = [(server.alias, words.money(paid.price, paid.currency)) for server, paid in priced]
    if len(prices) == 1:
        values = {"servidor": prices[0][0], "precio": prices[0][1]}
        reply.vary("utter_no_cubierto_precio_tuyo", "utter_no_cubierto_precio_tuyo_otra", readings=said, **values)
    else:
        if mentions(turn, IN_ALL):
            say_price_sum(turn, tuple(server for server, _ in priced), reply)
        each = words.join_names([f"{alias}, {price}" for alias, price in prices])
        reply.vary("utter_no_cubierto_precios_tuyos", "utter_no_cubierto_precios_tuyos_otra", readings=said, precios=each)


def _priced(turn: Turn) -> tuple[tuple[Server, Subscription], ...]:
    if turn.sees(DataClass.PAYMENTS) is None:
        return ()
    meant = turn.named_servers or ((turn.chosen,) if turn.chosen else turn.servers)
    return tuple((each, each.subscription) for each in meant if each.subscription and each.status not in GONE)


def _say_licences(turn: Turn, reply: Reply) -> None:
    desk = turn.sees(DataClass.SERVERS)
    if desk is not None and desk.licences:
        say_licences(turn, desk, reply)
