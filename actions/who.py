"""Who is answering here, what it sees, and how it knows whose account it is: always the truth."""

from __future__ import annotations

from actions.base import TalkAction, say_line
from actions.mentions import first_mentioned
from actions.say import Reply
from actions.turn import Turn
from bot.identity.levels import DataClass
from bot.protocol.frame import Asked, Move
from bot.rules.support import hours_words

_ABOUT = {
    "official": r"oficial|me garantiza|demuestra|ratero|estafa|de verdad es de|se equivoca",
    "account": r"(?:que|cual) cuenta|a nombre d|de que (?:empresa|negocio)|que (?:empresa|cliente|negocio) soy|quien soy|a quien tienen",
    "knows": r"mis cosas|por mi nombre|segun quien|quien te dio",
    "sees": r"ventas|ve de mi|datos cuenta",
    "memory": r"te acuerdas",
    "name": r"nombre|te llamas|se llama|tu gracia|como debo llamar",
    "person": r"persona|bot\b|robot|maquin|humano|gente\b|automatic|grabadora|sistema|chatgpt",
    "there": r"hay alguien|numero|lugar correcto",
}


class WhoAreYou(TalkAction):
    """Always the truth: an assistant of Servidor virtual, not a person, without a name; what it sees, and how it knows whose account it is."""

    intent = "preguntar_quien_eres"
    resumes = False

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """By what is asked: who, whether it is a person, how it knows, what it sees, when it answers."""
        desk, asked = turn.sees(DataClass.NAME), turn.frame.asked
        about = first_mentioned(turn, _ABOUT)
        if desk is not None and about == "account":
            reply.vary("utter_quien_eres_sesion_otra", "utter_quien_eres_sesion", cliente=desk.name)
        elif turn.frame.move is Move.COMPLAINS and desk is None:
            reply.vary("utter_quien_eres_nada_personal", "utter_quien_eres_programa")
        elif about == "official" or (asked is Asked.SURE and about != "person") or (asked is Asked.HOW and desk is None):
            reply.vary("utter_quien_eres_oficial", "utter_quien_eres_oficial_otra")
            say_line(turn, reply)
        elif desk is not None and (asked is Asked.HOW or about == "knows"):
            reply.vary("utter_quien_eres_sesion", "utter_quien_eres_sesion_otra", cliente=desk.name)
        elif asked is Asked.WHEN:
            reply.say("utter_quien_eres_horario", dias=hours_words(turn.settings.support_hours))
        elif asked is Asked.WHAT_IF:
            reply.say("utter_quien_eres_otra_persona")
        else:
            reply.vary(*_who(asked, about), "utter_quien_eres_programa", "utter_quien_eres_nombre")


def _who(asked: Asked, about: str | None) -> tuple[str, ...]:
    if asked is Asked.WHICH or about == "sees":
        return ("utter_quien_eres_ve",)
    if asked is Asked.WHERE:
        return ("utter_quien_eres_de_donde",)
    if about == "memory":
        return ("utter_quien_eres_memoria",)
    if about == "there" and asked is Asked.WHETHER:
        return ("utter_saludar_presente",)
    if about == "person" or asked in {Asked.WHETHER, Asked.SURE}:
        return ("utter_quien_eres_no_persona",)
    return ("utter_quien_eres_nombre",) if about == "name" else ("utter_preguntar_quien_eres",)
