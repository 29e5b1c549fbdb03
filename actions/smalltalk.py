"""Greetings, thanks, small talk, yes and no out of context, and what the assistant can do: short, human, not the same words twice in a row."""

from __future__ import annotations

import re

from actions.base import TalkAction, say_line, waiting_buttons
from actions.complaint import say_complaint, say_deadline
from actions.mentions import first_mentioned, mentions
from actions.say import Reply
from actions.trouble import Trouble, worst_trouble
from actions.turn import SLOT_FAILURES, SLOT_PENDING, Turn
from bot.identity.levels import DataClass
from bot.protocol.frame import Asked, Move, Refers

WILL_CALL = r"(?:l[eo]s? |yo |ya |ahorita |hoy |manana )*(?:toy |voy |estoy )?(?:marco|marcando|llamo|llamando|hablo por)"
SORRY = r"perdon|disculp|no (?:era|es|va) (?:pa|para|con)|lata\b|ortografia|gritos"
_LANGUAGE = r"ingles|english"
_WHO_AM_I = r"sab(?:es|e|ias?|en) (?:con )?quien(?:es)? (?:soy|hablas?|te (?:habla|escribe))|quien soy yo"
_GREETINGS = {
    "utter_saludar_presente": r"hay alguien|sigues? |probando|contestan|lee\b|en linea",
    "utter_saludar_regreso": r"volvi|ya vine|regreso|otra vez|ya llegue|lata\b|extranaste",
    "utter_saludar_gusto": r"mucho gusto|con quien tengo|me llamo",
    "utter_saludar_bien": r"como (?:(?:ha |has )?amanec|est|le va|te va|va)|que tal|que hubo|onda|lunch|desayun|calor|frio",
    "utter_saludar_hora": r"(?:disculp|perdon).{0,20}hora|despert|noche",
}
_CHAT = {
    "chiste_contador": r"chiste.{0,12}contador",
    "chiste": r"chiste|adivinanza",
    "chiste_malo": r"malisim|0/10|10/10|que malo|tan malo",
    "perdon": SORRY,
    "idioma": _LANGUAGE,
    "dormir": r"(?:no )?duerm|descansa|cansa[sn]? |aburr|ni la maquina",
    "clima": r"suda|acalora|calor|grados|frio\b|norte\b",
    "comer": r"desayun|lunch|com(?:e|es)\b|corriente\b|tomas|toma uno|cafe|boca|palanquet|lechero",
    "nada": r"(?:te|le) (?:pagan|dan aguinaldo)|cobra[s]? por|equipo|a quien le vas|tigres|cuantos tiene|paga isr|enojas",
    "gusto": r"mucho gusto|me llamo",
    "como_estas": r"como (?:est|(?:ha |has )?amanec|te trata|te va|le va)|y tu\b|tu\?|que tal",
    "felicidades": r"felicita|boda|cumpl[ei]|estren|encargad|me vi de",
    "elogio": (
        r"eres (?:buena|un|muy|bien)|caes bien|entrenad|explica|contesta[sn]? (?:bien |muy )?rapido|amable|educad|mejor que|mas vivo|mas rapido|encanto"
        r"|servicial|eficien|te la rif|buen humor|franqueza|maravilla|la rifaste|al joven"
    ),
    "espera": r"esper[oae]|cargue windows|platic|vengo|me asomo|quedo atent|ya no me acuerdo|se me olvid",
    "anotado": r"anotad|apunt|entendi|cai\b|capte|claro|agarrando|como (?:quien|cargar|llevar)|suena|aprobado|osea|o sea|expli|trampa|justo|touche",
    "alivio": r"menos mal|que bueno|bonito|asi (?:me|da) gusto|respir|perfecto|eso (?:si|es todo)|sobrado|ya me calm|me calmo",
    "animo": r"ay no|chin\b|ni modo|me lleva|uff?\b|uy|triste|mecha|no manches|asu\b|seria|yorar|arruinaste|canijo|sin dinero|enfermo",
    "risa": r"ja+j|je+j|lol|xd\b",
}
_MAIL_TOPICS = frozenset({"reenviar_datos_conexion", "faq_datos_conexion", "faq_pago_sin_correo"})
_SMILES, _FEARS = frozenset("😂🤣😅😆😄"), frozenset("😱😩😭🥲😞😟🥵💀")
_WORDINGS = {
    "chiste_contador": ("utter_charla_chiste_contador", "utter_charla_chiste"),
    "chiste": ("utter_charla_chiste", "utter_charla_chiste_altura", "utter_charla_chiste_contador"),
    "chiste_malo": ("utter_charla_chiste_malo",),
    "perdon": ("utter_charla_perdon", "utter_charla_perdon_otra"),
    "idioma": ("utter_charla_idioma",),
    "dormir": ("utter_charla_dormir",),
    "clima": ("utter_charla_clima",),
    "comer": ("utter_charla_comer",),
    "nada": ("utter_charla_programa", "utter_charla_neutral"),
    "gusto": ("utter_charla_gusto",),
    "como_estas": ("utter_charla_como_estas",),
    "felicidades": ("utter_charla_felicidades",),
    "elogio": ("utter_charla_elogio", "utter_charla_elogio_otra"),
    "espera": ("utter_charla_espera", "utter_charla_espera_otra"),
    "anotado": ("utter_charla_anotado", "utter_charla_anotado_otra"),
    "alivio": ("utter_charla_alivio", "utter_charla_alivio_otra"),
    "animo": ("utter_charla_animo", "utter_charla_animo_otra"),
    "risa": ("utter_charla_risa", "utter_charla_risa_otra"),
}
_COMFORT: dict[Trouble, str] = {
    "gone": "utter_charla_animo_eliminado",
    "down": "utter_charla_animo_caido",
    "backup": "utter_charla_animo_respaldo",
}
_CHAT_ON = ("utter_charla", "utter_charla_aqui", "utter_charla_cuando_quieras")


class Greet(TalkAction):
    """By name when the customer is known; a question that waits for a server is taken up instead of offering others."""

    intent = "saludar"

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """Greet, as one was greeted; who comes back is not told again who is answering."""
        desk, heard = turn.sees(DataClass.NAME), first_mentioned(turn, _GREETINGS)
        if desk is not None and turn.tracker.get_slot(SLOT_PENDING):
            reply.say("utter_saludar_en_espera", cliente=desk.name)
        elif heard or turn.state.turn:
            reply.vary(*((heard,) if heard else ()), "utter_saludar_otra_vez", "utter_saludar_aqui")
        elif desk is None:
            reply.say("utter_saludar")
        else:
            reply.say("utter_saludar_conocido", cliente=desk.name)


class SayGoodbye(TalkAction):
    """Goodbye: whatever waited is dropped; a day that must not pass is named once."""

    intent = "despedirse"
    resumes = False

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """Say goodbye."""
        if turn.sees(DataClass.NAME) is None and mentions(turn, r"login|firmar|loguear|entr(?:o|ar)\b"):
            reply.vary("utter_despedirse_entrar", "utter_despedirse_regresa")
        elif mentions(turn, r"(?:al rato|vuelvo|regreso|manana|en una hora|algo vuelv|pregunto)"):
            reply.vary("utter_despedirse_regresa", "utter_despedirse")
        elif mentions(turn, r"noche"):
            reply.vary("utter_despedirse_noche", "utter_despedirse")
        else:
            reply.vary("utter_despedirse", "utter_despedirse_otra")
        say_deadline(turn, reply)
        if turn.tracker.get_slot(SLOT_PENDING):
            reply.remember(SLOT_PENDING, None)


class Thank(TalkAction):
    """You are welcome."""

    intent = "agradecer"
    resumes = False

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """Short; with regret to who has lost a server or cannot use it."""
        found = worst_trouble(turn)
        usual = ("utter_agradecer", "utter_agradecer_de_nada", "utter_agradecer_gusto")
        if found and found[0] in {"gone", "down"}:
            reply.vary("utter_agradecer_lamento", *usual[1:], servidor=found[1].alias)
        elif mentions(turn, SORRY):
            reply.vary("utter_agradecer_perdon", *usual)
        else:
            reply.vary(*usual)
        say_deadline(turn, reply)


class AreYouABot(TalkAction):
    """Always the truth: an assistant, not a person."""

    intent = "preguntar_si_es_bot"
    resumes = False

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """Shorter when it was just said."""
        del turn
        reply.vary("utter_preguntar_si_es_bot", "utter_quien_eres_programa")


class Help(TalkAction):
    """What it can do, with three ways to go on; to who asks in anger what it is good for, also what only a person can do."""

    intent = "pedir_ayuda"
    resumes = False

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """Questions on the account for those who can ask them."""
        asked, whole = turn.frame.asked, "utter_pedir_ayuda_conocido" if turn.servers else "utter_pedir_ayuda"
        if turn.frame.move is Move.COMPLAINS and turn.servers:
            reply.vary("utter_pedir_ayuda_limites", "utter_pedir_ayuda_breve")
            if worst_trouble(turn):
                say_line(turn, reply)
        elif mentions(turn, _LANGUAGE):
            reply.say("utter_charla_idioma")
        elif asked is Asked.WHAT_IF:
            reply.say("utter_pedir_ayuda_otra_cuenta")
        elif asked is Asked.WHETHER and turn.servers:
            reply.vary("utter_pedir_ayuda_limites", "utter_pedir_ayuda_breve")
        elif asked is Asked.WHETHER or asked is Asked.SURE:
            reply.vary("utter_pedir_ayuda_breve", whole)
        else:
            reply.vary(whole, "utter_pedir_ayuda_breve")


class Chat(TalkAction):
    """Small talk, a joke, an emoji: short, and no telephone number, because nothing is wrong."""

    intent = "charla"
    resumes = False

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """As it was said: a joke for who asks for one, regret for who regrets."""
        if turn.frame.move is Move.COMPLAINS and " " in turn.text.strip():
            say_complaint(turn, reply)
            return
        if (desk := turn.sees(DataClass.NAME)) is not None and mentions(turn, _WHO_AM_I):
            reply.vary("utter_quien_eres_sesion", "utter_quien_eres_sesion_otra", cliente=desk.name)
            return
        kind = _kind_of_chat(turn)
        found = worst_trouble(turn) if kind == "animo" else None
        own = (_COMFORT[found[0]],) if found and found[0] in _COMFORT else ()
        reply.vary(*own, *_WORDINGS.get(kind or "", ()), *_CHAT_ON)


class Yes(TalkAction):
    """A yes that chose no button: to "which server?" it is no answer, so the question is put again."""

    intent = "afirmar"

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """Acknowledge, or ask what for."""
        waiting = turn.tracker.get_slot(SLOT_PENDING)
        if waiting and turn.servers:
            reply.remember(SLOT_PENDING, waiting)
            reply.say("utter_cual_servidor", buttons=waiting_buttons(turn, waiting))
        elif turn.frame.move is not Move.CONFIRMS:
            reply.say("utter_afirmar")
        elif mentions(turn, WILL_CALL):
            reply.vary(*(("utter_afirmar_llama",) if turn.servers else ()), "utter_afirmar_perfecto", "utter_afirmar_muy_bien")
            say_line(turn, reply)
        else:
            reply.vary("utter_afirmar_perfecto", "utter_afirmar_muy_bien", "utter_afirmar_aqui")
            say_deadline(turn, reply)


class No(TalkAction):
    """A no that chose no button: what waited or was offered is dropped, and what was not understood stays not understood."""

    intent = "negar"
    resumes = False

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """Leave it; after a failure ask for other words."""
        failures = turn.tracker.get_slot(SLOT_FAILURES)
        if failures:
            reply.say("utter_negar")
        elif mentions(turn, r"(?:no |me |lo )*(?:re)?(?:env|mand)[ie]") or _declines_mail(turn):
            reply.vary("utter_negar_envio", "utter_negar_dejamos")
        else:
            reply.vary("utter_negar_dejamos", "utter_negar_asi", "utter_negar_despues")
        if turn.tracker.get_slot(SLOT_PENDING):
            reply.remember(SLOT_PENDING, None)
        if failures:
            reply.remember(SLOT_FAILURES, failures)


def _declines_mail(turn: Turn) -> bool:
    topic = turn.state.topic
    return turn.frame.refers is Refers.ANSWERS and topic is not None and topic.intent in _MAIL_TOPICS


def _kind_of_chat(turn: Turn) -> str | None:
    kind = first_mentioned(turn, _CHAT)
    signs = set(re.sub(r"[\w\s]", "", turn.text))
    return kind or ("animo" if signs & _FEARS else "risa" if signs & _SMILES else None)
