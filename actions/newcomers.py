"""What people ask who do not know the service yet: is it a machine, from where, with what, is it safe. What no source says is said so."""

from __future__ import annotations

from actions.base import say_line
from actions.mentions import first_mentioned
from actions.say import Reply
from actions.turn import Turn
from bot.accounts.port import Desk
from bot.protocol.frame import Asked

_WORDS_OF_SERVICE = {
    "utter_que_es_escritorio": r"escritorio de serv|(del|el|ese|q es|que es) escritorio|escritorio,? (una|que|es)\b",
    "utter_que_es_solucion": r"q(ue)? es (la |una )?solucion",
}
"""Words of ours that newcomers ask about, also where nothing more than "what is it" is asked."""
_DEVICE = r"aparato|cables?\b|que me (mandan|traen)|me l[ao] (mandan|traen)|me mandan un|recog|un(a)? (compu|equipo).{0,20}(mandan|traen)"
_MATTERS = {
    **_WORDS_OF_SERVICE,
    "utter_que_es_sigue_ahi": r"(va|cae|corta|sin|falla) (el |la )?(internet|luz)|la luz\b|rob\w* la (lap|compu|maquina)|quem|descompon|apag",
    "utter_que_es_ubicacion": r"fisicamente|ir a ver|donde esta la",
    "utter_que_es_sin_aparato": _DEVICE + r"|comprar (la |una |un |otra |algo)|la compu la pon|vieja la mia|contratar a un tecnico",
    "utter_que_es_equipos": r"mac\b|macbook|cel\b|celular|telefono|iphone|ipad|android|tablet|tableta",
    "utter_conexion_sae_varios": r"(al )?mismo tiempo|a la vez|simultan|los (dos|tres|cuatro|cinco|\d+) (vemos|entran|juntos)|entren varios",
    "utter_que_es_seguro": r"(es|sera|son) segur|rob|hacke|quien(es)? (puede|ve)|cualquiera puede|privad",
    "utter_que_es_incluye": r"inclu|insluie",
    "utter_que_es_dos_cosas": r"otra el programa|lo mismo que|mismo sae|el programa y|programa nuevo",
    "utter_que_es_desde_donde": r"desde|casa\b|otro lado|cualquier lugar|sucursal|remot",
}
_NEED_LINE = frozenset(
    {"utter_que_es_solucion", "utter_que_es_ubicacion", "utter_que_es_equipos", "utter_conexion_sae_varios", "utter_que_es_seguro"}
)
_OTHERWISE = {
    Asked.WHETHER: "utter_que_es_breve",
    Asked.SURE: "utter_que_es_asi",
    Asked.HOW: "utter_que_es_breve",
    Asked.WHICH: "utter_que_es_incluye",
    Asked.WHO: "utter_que_es_sin_aparato",
    Asked.WHERE: "utter_que_es_ubicacion",
    Asked.WHAT_IF: "utter_que_es_sigue_ahi",
}
ABOUT = tuple(_OTHERWISE)


def say_about(turn: Turn, reply: Reply) -> bool:
    """Say what is asked of the service; whether anything narrower than what it is was asked."""
    asked = turn.frame.asked
    if asked in _OTHERWISE:
        key = first_mentioned(turn, _MATTERS) or _OTHERWISE[asked]
    else:
        found = first_mentioned(turn, {**_WORDS_OF_SERVICE, "utter_que_es_sin_aparato": _DEVICE})
        if found is None:
            return False
        key = found
    reply.vary(key, "utter_que_es_breve", "utter_faq_que_es")
    if key in _NEED_LINE:
        say_line(turn, reply)
    return True


def say_about_of_desk(turn: Turn, desk: Desk, reply: Reply) -> None:
    """The same to a customer."""
    del desk
    say_about(turn, reply)
