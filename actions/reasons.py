"""What an answer itself gives as a reason for a case, and where the folio of the open case is told: decided once, at the end of every answer.

A topic says what is so and sends to the support line; whether agents should know of it is read from what it said. Nothing is opened where the
answer does not send to the line, and nothing for a visitor, whom nobody could call back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from actions.backup_state import backup_state, last_good, needs_support
from actions.base import LINE, say_line
from actions.deeds import is_declined
from actions.escalation import escalate, folios_of
from actions.mentions import mentions
from actions.say import Reply
from actions.server_state import when_words
from actions.trouble import Trouble, worst_trouble
from actions.turn import Turn
from bot.accounts.port import Server
from bot.identity.levels import DataClass
from bot.protocol.frame import Asked, Move
from bot.rules import format as words
from bot.rules.backup import streak_of_failures

ANGER: Final = "cliente_molesto"
BACKUPS: Final = "respaldos_fallidos"
CHANGE: Final = "cambio_por_linea"
DOWN: Final = "servidor_sin_acceso"
UNREADABLE: Final = "datos_no_disponibles"
"""Reasons of a case, as agents see them."""
LINE_WITH_FOLIO: Final = "utter_linea_folio"
_UNREADABLE: Final = "utter_estado_no_disponible"
_NOT_ANSWERING: Final = frozenset({"utter_servidor_sin_respuesta", "utter_servidor_linea_sin_respuesta", "utter_queja_sin_respuesta"})
_NOT_SEEN: Final = frozenset({"utter_servidor_sin_revision", "utter_servidor_revision_vieja", "utter_servidor_linea_sin_revision"})
_SAYS_IT_IS_DOWN: Final = (
    r"ca[iy](?:d|o\b)|apagad|trabad|pasmad|congelad|atorad|no (?:me |nos |se )?(?:ha |han |he |hemos )?(?:deja|dejo|abre|abrio|jala|respond|contest|prend|pued|podem|entr|conect"
    r"|funcion|sirv|da acceso|carga)|sin (?:sistema|servicio|servidor|acceso)|error"
)
_ONLY_THE_LINE: Final[Mapping[str, tuple[frozenset[str], str]]] = {
    "cancelar_servicio": (frozenset({"utter_cancelar"}), r"cancel\w*|baja\b|quit\w*"),
    "faq_cambiar_solucion": (
        frozenset({"utter_faq_cambiar_solucion", "utter_faq_cambiar_solucion_con_linea"}),
        r"cambi\w*|ampli\w*|pas\w*",
    ),
    "reactivar_servicio": (
        frozenset({"utter_reactivar_no_puedo", "utter_reactivar_ya_no", "utter_reactivar_terminado"}),
        r"(?:re)?activ\w*|rehabilit\w*",
    ),
}
"""By topic: the answers that say that only the line can do it, and words of the deed."""
_BACKUP_WORDS: Final[Mapping[str, str]] = {
    "missing_several": "faltan los recientes",
    "stuck": "sin terminar",
    "none_due": "ninguno",
}
_TROUBLE_WORDS: Final[Mapping[Trouble, str]] = {
    "gone": "eliminado",
    "down": "no responde",
    "late": "cargo fuera de plazo",
    "suspended": "suspendido",
    "backup": "respaldo fallido",
    "mail": "correo rebotado",
    "unpaid": "en periodo de gracia",
    "waiting": "por crearse",
}
Found = Callable[[Turn, str, Reply], list[str] | None]
"""The live values that explain a reason, as agents read them; None where the answer gives no such reason."""


def open_due_cases(turn: Turn, intent: str, reply: Reply) -> None:
    """Open a case, or add to the open one, for each reason that the answer of this intent gives."""
    if turn.audience == "visitor" or not reply.gives_line:
        return
    for reason, found in REASONS.items():
        explained = found(turn, intent, reply)
        if explained is not None:
            escalate(turn, reply, reason, details=explained)


def tell_folio(turn: Turn, reply: Reply, *, is_new: bool) -> None:
    """End the line's paragraph with the folio of the open case, unless the answer says it; one that was opened just now is told in any case."""
    folio = next(iter(folios_of(turn, reply).values()), None)
    if folio is None or any(folio in str(message.get("folio", "")) for message in reply.messages):
        return
    tells_number = any("telefono" in message for message in reply.messages)
    if is_new and not tells_number:
        say_line(turn, reply, again=True)
    if reply.says(LINE):
        line = next(message for message in reply.messages if message["response"] == LINE)
        line |= {"response": LINE_WITH_FOLIO, "folio": folio}
    elif tells_number:
        reply.say("utter_tu_folio", folio=folio)


def _failed_backups(turn: Turn, _: str, reply: Reply) -> list[str] | None:
    failing = (
        [each for each in turn.servers if _tells_of_backups(reply, each) and _fails(turn, each)] if turn.sees(DataClass.BACKUPS) else []
    )
    return [_of_backups(turn, each) for each in failing] or None


def _tells_of_backups(reply: Reply, server: Server) -> bool:
    read = any(each.source == "backup" and each.server == server.alias for each in reply.readings)
    named = (each for each in reply.messages if each["response"].startswith("utter_respaldo_"))
    return read or any(each.get("servidor") == server.alias for each in named)


def _fails(turn: Turn, server: Server) -> bool:
    """Whether the last one failed, or no good one was made for days. One missing night is told, and is no case yet."""
    return server.status == "active" and (
        streak_of_failures(server.backups) > 0 or (needs_support(turn, server) and backup_state(turn, server) != "missing")
    )


def _of_backups(turn: Turn, server: Server) -> str:
    failures, good = streak_of_failures(server.backups), last_good(server)
    state = ("1 fallido" if failures == 1 else f"{failures} fallidos seguidos") if failures else _BACKUP_WORDS[backup_state(turn, server)]
    day = words.long_date(turn.calendar.local_date(good.started_at), turn.today) if good else "ninguno"
    return f"{server.alias}: {state}, bueno: {day}"


def _not_reached(turn: Turn, _: str, reply: Reply) -> list[str] | None:
    """A server without a known incident that does not answer, or that the customer says does not while nobody saw how it is."""
    keys = _NOT_ANSWERING | (_NOT_SEEN if mentions(turn, _SAYS_IT_IS_DOWN) else frozenset())
    named = {each["servidor"] for each in reply.messages if each["response"] in keys}
    down = [each for each in turn.servers if each.alias in named and each.status == "active" and each.incident is None]
    return [_of_health(turn, each) for each in down] or None


def _of_health(turn: Turn, server: Server) -> str:
    if server.health is None:
        return f"{server.alias}: sin revisiones"
    seen = "no responde" if server.health.state == "down" else "respondiendo"
    return f"{server.alias}: {seen} {when_words(turn, server.health.at)}"


def _anger(turn: Turn, _: str, reply: Reply) -> list[str] | None:
    if not reply.is_to_anger:
        return None
    found = worst_trouble(turn)
    return [f"{found[1].alias}: {_TROUBLE_WORDS[found[0]]}"] if found else []


def _unreadable(turn: Turn, _: str, reply: Reply) -> list[str] | None:
    return [when_words(turn, turn.now)] if turn.audience == "unavailable" and reply.says(_UNREADABLE) else None


def _change(turn: Turn, intent: str, reply: Reply) -> list[str] | None:
    """Asked to do what only the line can do; who asks how it is done, or takes it back, has asked for nothing."""
    if turn.frame.asked is not Asked.DO or turn.frame.move is Move.DENIES or intent not in _ONLY_THE_LINE:
        return None
    answers, deed = _ONLY_THE_LINE[intent]
    if not any(reply.says(each) for each in answers) or is_declined(turn, deed):
        return None
    return [intent, *(_of_end(turn, each) for each in turn.servers if each.alias in reply.servers)]


def _of_end(turn: Turn, server: Server) -> str:
    ends_on = server.subscription.ends_on if server.subscription else None
    return f"{server.alias}: fin {words.long_date(ends_on, turn.today)}" if ends_on else server.alias


REASONS: Final[Mapping[str, Found]] = {
    BACKUPS: _failed_backups,
    DOWN: _not_reached,
    ANGER: _anger,
    UNREADABLE: _unreadable,
    CHANGE: _change,
}
