"""What is asked about the state of one server, said first: since when it is down, until when, why, whose fault, what to do."""

from __future__ import annotations

from typing import Final, Literal

from actions.backup_state import backup_readings, backup_state, finished_values, last_good
from actions.base import Fact, say_line
from actions.creation import goes_on, say_being_created
from actions.licences import LINES
from actions.live import IN_FORCE, IN_PROCESS, charge_state, last_charge, last_mail, period_readings, period_values, readings, standing
from actions.mentions import first_mentioned
from actions.say import Reply
from actions.server_state import incident_read, incident_values, say_state
from actions.sets import is_up
from actions.situation import add_seen_up, is_broken, say_cause, say_situation
from actions.subscription_facts import SUBSCRIPTION
from actions.turn import SETS, Turn
from bot.accounts.port import Server
from bot.identity.levels import DataClass
from bot.protocol.frame import Asked, Refers
from bot.rules.backup import streak_of_failures

About = Literal["payment", "others", "everything", "whose"]
_ABOUT: Final[dict[About, str]] = {
    "payment": r"\bpag|\bno debe|adeud|\blana\b|(?<!puede )(?<!puedo )(?<!pueden )(?<!podemos )cobr",
    "everything": r"\btodo (?:bien|en orden)|en orden|pendiente|preocup",
    "others": r"a todos|general|los demas|otros clientes",
    "whose": (
        r"(?:es|fue|era|sera|son|seran|falla|problema|culpa|bronca)\b.{0,20}\b(?:(?:mi|el|la|tu) (?:internet|inter|modem|wifi|red|compu|maquina|conexion|lap)"
        r"|mi equipo|ustedes|uds?\b|de (?:mi|su) lado|culpa)"
    ),
}
"""What a state, a yes or no, or a doubt is about, by its words: "es mi internet o son ustedes?", "es porque no pague?", "es nomas a nosotros o a todos"."""
_BROKEN: Final[dict[Asked, str]] = {
    Asked.WHEN: "utter_servidor_sin_hora_estimada",
    Asked.UNTIL: "utter_servidor_sin_hora_estimada",
    Asked.SINCE: "utter_servidor_falla_desde",
    Asked.WHETHER: "utter_servidor_falla_registrada",
    Asked.SURE: "utter_servidor_falla_segura",
    Asked.WHICH: "utter_servidor_sin_numero_de_reporte",
    Asked.WHO: "utter_servidor_falla_nuestra",
    Asked.HOW: "utter_servidor_nada_que_hacer",
    Asked.DO: "utter_servidor_no_desde_aqui",
}
"""While an incident is open, and it was not seen up again."""
_HOW_IT_IS: Final = frozenset({Asked.GENERAL, Asked.STATE, Asked.WHETHER, Asked.SURE})
_OVERDUE: Final = frozenset({"grace", "grace_last_day", "retained", "retained_last_day"})
_UNPAID: Final = frozenset({"retained", "retained_last_day", "gone"})


def say_of_server(turn: Turn, server: Server, reply: Reply) -> None:
    """What is asked of a server, whatever its state."""
    if _say_unpaid(turn, server, reply):
        return
    if server.status == "provisioning":
        say_being_created(turn, server, reply)
    elif server.status == "suspended":
        _say_suspended(turn, server, reply)
    elif is_broken(server):
        _say_broken(turn, server, reply)
    elif turn.frame.asked is Asked.DO:
        reply.say("utter_servidor_no_reinicio", servidor=server.alias)
        say_state(turn, server, reply, running="utter_servidor_activo")
    else:
        running = "utter_servidor_encendido" if turn.frame.asked in {Asked.WHY, Asked.HOW} else "utter_servidor_activo"
        say_state(turn, server, reply, running=running)
        _say_other_trouble(turn, server, reply)
        if first_mentioned(turn, _ABOUT) == "everything" and is_up(turn, server):
            _say_well(turn, server, reply)


def _say_unpaid(turn: Turn, server: Server, reply: Reply) -> bool:
    """What is the matter, why, or until when, where that is its payment and not its machine; whether it was said."""
    asked, overdue = turn.frame.asked, standing(turn, server) in _OVERDUE
    if (server.status == "active" and not is_up(turn, server)) or _asks_of_payment(turn) or goes_on(turn, server):
        return False
    if asked is Asked.WHY:
        said = say_cause(turn, server, reply)
    elif asked in {Asked.WHEN, Asked.UNTIL} and overdue:
        SUBSCRIPTION[Asked.UNTIL](turn, server, reply)
        said = True
    else:
        said = asked in _HOW_IT_IS and say_situation(turn, server, reply)
    if said and overdue and asked not in {Asked.WHEN, Asked.UNTIL} and turn.frame.refers is not Refers.GOES_ON:
        add_seen_up(turn, server, reply)
    return said


def _asks_of_payment(turn: Turn) -> bool:
    return turn.frame.asked in {Asked.SURE, Asked.WHETHER} and first_mentioned(turn, _ABOUT) == "payment"


def say_users(turn: Turn, server: Server, reply: Reply) -> None:
    """How many: minutes while it is created, else the users of its licences."""
    licences = [each for each in server.licences if each.status != "cancelled"]
    if server.status != "active" or not licences:
        say_of_server(turn, server, reply)
        return
    reply.say("utter_servidor_licencias", servidor=server.alias)
    for each in licences:
        reply.say(LINES[each.status], producto=each.product, tipo=each.kind, usuarios=str(each.users))


def _say_broken(turn: Turn, server: Server, reply: Reply) -> None:
    asked, values, said = turn.frame.asked, incident_values(turn, server), incident_read(turn, server)
    known = any(server.alias in each.servers and each.intent == "consultar_servidor" for each in turn.state.topics)
    about = first_mentioned(turn, _ABOUT) if asked in {Asked.WHETHER, Asked.SURE} else None
    if about == "payment" and standing(turn, server) in IN_FORCE:
        reply.say(
            "utter_servidor_no_es_por_pago", readings=(*said, *period_readings(turn, server)), **{**period_values(turn, server), **values}
        )
    elif about == "whose":
        reply.say("utter_servidor_no_es_tu_lado", readings=said, **values)
    elif about == "others":
        reply.say("utter_servidor_solo_tu_cuenta", readings=said, **values)
    elif asked is Asked.WHY:
        reply.say("utter_servidor_causa_registrada" if known else "utter_servidor_falla_porque", readings=said, **values)
    elif asked is Asked.DO and not known:
        say_state(turn, server, reply)
        reply.add(_BROKEN[asked], **values)
    elif asked in _BROKEN and not (asked is Asked.WHICH and any(each.which in SETS for each in turn.frame.servers)):
        reply.say(_BROKEN[asked], readings=said, **values)
    elif known and asked is Asked.STATE:
        reply.say("utter_servidor_falla_sigue" if server.health else "utter_servidor_falla_sigue_sin_revision", readings=said, **values)
    else:
        say_state(turn, server, reply)
    say_line(turn, reply)


def _say_well(turn: Turn, server: Server, reply: Reply) -> None:
    """Its validity and last backup too, where both are well."""
    now, good = standing(turn, server), last_good(server)
    if now in IN_FORCE and good is not None and turn.sees(DataClass.BACKUPS) and backup_state(turn, server) == "ok":
        said = (*period_readings(turn, server), *backup_readings(turn, server, good))
        reply.add("utter_servidor_todo_bien", readings=said, **{**finished_values(turn, good), **period_values(turn, server)})


def _say_suspended(turn: Turn, server: Server, reply: Reply) -> None:
    asked, now = turn.frame.asked, standing(turn, server)
    unpaid = now in _UNPAID and charge_state(turn, last_charge(turn, server)) not in IN_PROCESS
    pays = _asks_of_payment(turn)
    said, values = period_readings(turn, server), period_values(turn, server)
    if unpaid and (pays or asked is Asked.SINCE):
        reply.say("utter_servidor_suspendido_por_pago" if pays else "utter_servidor_suspendido_desde", readings=said, **values)
        say_line(turn, reply)
        return
    if asked is Asked.WHETHER:
        reply.say("utter_servidor_no_se_puede_entrar", servidor=server.alias)
    say_state(turn, server, reply)


def _say_other_trouble(turn: Turn, server: Server, reply: Reply) -> None:
    """What else of a running server its customer should know, the worse alone: backups that fail, or a connection mail that came back."""
    if server.status != "active":
        return
    mail, failures = last_mail(server), streak_of_failures(server.backups)
    if turn.sees(DataClass.BACKUPS) and backup_state(turn, server) == "failed":
        key = "utter_servidor_respaldo_fallo" if failures == 1 else "utter_servidor_respaldos_fallaron"
        reply.add(key, veces=str(failures), readings=readings(turn, server, "backup", failures_in_a_row=failures))
    elif mail is not None and mail.status == "bounced" and turn.sees(DataClass.CONNECTION):
        reply.add("utter_servidor_correo_rebotado", readings=readings(turn, server, "connection_mail", status=mail.status))


MY_SERVER: Final[dict[Asked, Fact]] = {
    **dict.fromkeys(
        (
            Asked.GENERAL,
            Asked.STATE,
            Asked.WHEN,
            Asked.UNTIL,
            Asked.SINCE,
            Asked.WHY,
            Asked.WHETHER,
            Asked.SURE,
            Asked.WHICH,
            Asked.WHO,
            Asked.HOW,
            Asked.DO,
            Asked.AGAIN,
        ),
        say_of_server,
    ),
    Asked.COUNT: say_users,
}
