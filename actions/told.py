"""What customers tell without asking anything: it is acknowledged as it was told, and the state that matters for it is given, once."""

from __future__ import annotations

from actions.base import AssistantAction, say_how_to_identify, say_line, say_with_line
from actions.complaint import explain, say_complaint, say_deadline
from actions.mentions import first_mentioned, mentions
from actions.payment import MyPayment
from actions.say import Reply
from actions.server_state import say_state, say_state_line
from actions.situation import TELLS
from actions.smalltalk import SORRY, WILL_CALL
from actions.trouble import worst_trouble
from actions.turn import Turn
from bot.accounts.port import Server
from bot.identity.levels import DataClass
from bot.protocol.frame import Move

_TOLD = {
    "llama": WILL_CALL,
    "perdon": SORRY,
    "paga": (
        r"(?:voy a |ok |lo )?(?:pago\b|pagar|consigo)|(?:saco|prest[ae]|con|tarjeta|mejor|de) (?:la )?(?:de )?credito|tarjeta entonces"
        r"|subo el limite|a quien le pido"
    ),
    "otra_cosa": r"otra cosa|le voy diciendo",
    "buzon": r"vacie",
    "direccion": r"correo ya ni|falta una letra|no es (?:mi|ese|el) correo",
    "espera": r"permit|esper[ae](?:me|te)?\b|dejeme|deje |deja(?:me)? (?:le |pregunt|veo|apunt)|me hablan|voy (?:por|a ver)|ahorita v",
    "platica": (
        r"(?:lo |dejame lo )?(?:platico|pienso|consult|checo)|almohada|le (?:digo|dire|voy a decir|paso)|se lo (?:paso|digo|voy)|paso el recado"
        r"|alarma|calendar"
    ),
    "copia": r"respaldo? (?:yo|propio)|usb|copia\b|una en su compu|memoria|disco",
    "llego": r"ya (?:\w+ )?(?:llego|quedo|la mando)|vi que? llego",
}
_WORDINGS = {
    "perdon": ("utter_charla_perdon", "utter_charla_perdon_otra"),
    "paga": ("utter_contar_paga", "utter_contar_que_bien", "utter_afirmar_perfecto"),
    "otra_cosa": ("utter_contar_dime", "utter_contar_te_leo"),
    "buzon": ("utter_contar_buzon", "utter_contar_llego"),
    "espera": ("utter_contar_tomate_tu_tiempo", "utter_contar_aqui_espero"),
    "platica": ("utter_contar_platica", "utter_contar_con_calma"),
    "llego": ("utter_contar_llego", "utter_charla_alivio"),
}
_HEARD = ("utter_contar", "utter_contar_te_leo", "utter_contar_anotado")
_OTHERS_ENTER = r"clave|contrasen|su usuario|entr[eo] (?:con|el)|la cuenta de"


class Told(AssistantAction):
    """Who says to have paid hears what became of the payment, who waits what the server is doing, who is angry what explains it."""

    intent = "contar"
    is_topic = False
    resumes = False

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """Acknowledge; then the state, or why there is none."""
        if turn.says_to_have_paid:
            reply.vary("utter_contar_pago", "utter_contar_pago_otra")
            _say_state_of(turn, DataClass.PAYMENTS, reply)
        elif turn.frame.move is Move.COMPLAINS:
            say_complaint(turn, reply)
        elif turn.says_to_wait and first_mentioned(turn, _TOLD) is None:
            reply.vary("utter_contar_espera", "utter_contar_espera_otra")
            _say_state_of(turn, DataClass.SERVERS, reply)
        else:
            _acknowledge(turn, reply)


def _acknowledge(turn: Turn, reply: Reply) -> None:
    """In words that answer what is told; with the line or the day that matters for it, to whom it concerns."""
    kind = first_mentioned(turn, _TOLD)
    if kind == "llama":
        reply.vary(*(("utter_afirmar_llama",) if turn.servers else ()), "utter_afirmar_perfecto", "utter_afirmar_muy_bien")
        say_line(turn, reply)
    elif kind == "copia":
        _say_own_copy(turn, reply)
    elif kind == "direccion":
        reply.vary("utter_contar_direccion", "utter_contar_te_leo")
        say_line(turn, reply)
    elif kind in _WORDINGS:
        reply.vary(*_WORDINGS[kind])
        if kind in {"paga", "platica"}:
            say_deadline(turn, reply)
    else:
        _say_what_matters(turn, reply)


def _say_what_matters(turn: Turn, reply: Reply) -> None:
    """Nothing that is known was told: what is under way, or the day that matters, said once."""
    found = worst_trouble(turn)
    if turn.sees(DataClass.SERVERS) is None and mentions(turn, _OTHERS_ENTER):
        reply.vary("utter_contar_cuando_entre", "utter_contar_te_leo")
        return
    reply.vary(*(("utter_charla_animo_eliminado",) if found and found[0] == "gone" else ()), *_HEARD)
    if found and found[0] == "waiting" and len(turn.servers) == 1:
        explain(turn, *found, reply, regret=False)
    say_deadline(turn, reply)


def _say_own_copy(turn: Turn, reply: Reply) -> None:
    found = worst_trouble(turn)
    if found and found[0] == "gone":
        reply.vary("utter_contar_copia_eliminado", "utter_contar_te_leo")
        say_line(turn, reply)
    else:
        reply.vary("utter_contar_copia", "utter_contar_que_bien")


def _say_state_of(turn: Turn, data: DataClass, reply: Reply) -> None:
    """What is known of the payment, or of what is waited for; that nothing is new where it was just told."""
    desk = turn.sees(data)
    if desk is None and turn.audience == "unavailable":
        say_with_line(turn, reply, "utter_estado_no_disponible")
    elif desk is None:
        say_how_to_identify(turn, reply, "faq")
    else:
        tell = (
            (lambda state: MyPayment().add_live(turn, desk, state))
            if data is DataClass.PAYMENTS
            else (lambda state: _say_what_waits(turn, state))
        )
        if reply.told_lately(*TELLS) or not reply.add_answer(tell):
            reply.vary("utter_contar_sigue_igual", "utter_contar_te_leo")


def _say_what_waits(turn: Turn, reply: Reply) -> None:
    late = tuple(each for each in turn.servers if not _is_well(each))
    chosen = turn.chosen or (late[0] if len(late) == 1 else None)
    if chosen is not None:
        say_state(turn, chosen, reply, running="utter_contar_encendido")
    elif late:
        reply.say("utter_en_tus_servidores")
        for each in late:
            say_state_line(turn, each, reply)
    else:
        reply.say("utter_contar_sin_pendientes")


def _is_well(server: Server) -> bool:
    return server.status == "active" and server.incident is None and server.health is not None and server.health.state == "up"
