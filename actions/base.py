"""The shape of every answer: the four cases, which server, one question inside another.

A topic subclasses `ServerAction` (one question about one or several servers), `DeskAction` (about the whole desk) or
`TalkAction` (no live state), names its intent, and says what it adds for one server or desk. The rest is here, once.
Buttons with a fixed title stand in the YAML beneath their answer (`payload` is the intent they ask); only those whose title
is data, such as a server's alias, are made in Python.
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal

from msgspec.structs import replace
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.alike import join_alike
from actions.confirming import ask_for_code
from actions.environment import environment
from actions.meant import NAMES_ONLY, Meant, find_meant
from actions.mentions import mentions, shows_card
from actions.opening import say_before, state_first
from actions.say import Button, Reading, Reply, Values
from actions.set_leads import say_none
from actions.several import answer_several
from actions.trouble import known_situation
from actions.turn import SETS, SLOT_FAILURES, SLOT_FOLIOS, SLOT_PENDING, SLOT_SERVER, SLOT_TOPIC, Turn, open_turn
from actions.whose import asks_of_others, say_not_yours, tell_how_to_identify
from bot.accounts.port import Desk, Server
from bot.identity.levels import DataClass
from bot.protocol.frame import Asked
from bot.protocol.state import SLOT, Topic, as_slot
from bot.rules.format import excerpt
from bot.rules.support import line_words

MAX_BUTTON_TITLE = 20
MOST_OF_A_NAME = 30
FEW_LINES = 2
BY_THE_RULE = frozenset({Asked.GENERAL, Asked.WHERE, Asked.HOW, Asked.WHO, Asked.DO, Asked.WHAT_IF})
"""What is asked of the rule, whichever servers are meant."""
BESIDES = frozenset({"subscription price", "payment masked"})
"""What is only told besides: where it may not be told the answer is whole without it."""
LINE = "utter_linea"
_REPEATING = ("utter_como_te_decia", "utter_te_lo_repito")
_DANGER = r"suicid|matarme\b|me (?:voy a |quiero )?matar\b|quitarme la vida|(?:me )?quiero morir|no quiero (?:seguir )?vivi"
_NOTHING_TO_SAY = "utter_tema_no_cubierto"
WHOM_TO_CALL = (
    r"(?:a|con) (?:(?:que|cual) (?:numero|num|tel\w*)|quien) (?:(?:me|nos|le|les|puedo|debo|tengo|hay|que|se) ){0,3}(?:llam|marc|comunic|habl(?!o\b|ando)|dirij|dirig|report|acud|contact|quej)"
    r"|(?:numero|telefono|tel) (?:(?:de|del|para|pa|al?|que|donde|hay) ){1,3}(?:llam|marc|soporte|comunic|habl|ustedes)"
    r"|donde (?:(?:me|nos|le|les|puedo|debo|tengo|hay|que|se) ){0,3}(?:llam|marco\b|marcar|comunic|report)"
)
"""Words that ask for the support line, whatever else is asked."""
Fact = Callable[[Turn, Server, Reply], None]
"""Says what is asked of one server: the value first, then what changes what to do now."""
DeskFact = Callable[[Turn, Desk, Reply], None]
"""The same of the whole desk."""


class AssistantAction(Action, ABC):
    """An action named after its intent; `action_<intent>`. Abstract until `intent` is named, so the SDK registers topics only."""

    is_topic: ClassVar[bool] = True  # a question that a follow-up may refer to
    resumes: ClassVar[bool] = True  # takes up a question that was waiting for a server

    @property
    @abstractmethod
    def intent(self) -> str:
        """The intent's name; a topic sets it as a plain class attribute."""

    def name(self) -> str:
        """Rasa's name of the action."""
        return f"action_{self.intent}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Called by the SDK: answer, take up a waiting question, remember the topic."""
        del domain  # texts are chosen by key and filled by Rasa
        turn = await open_turn(environment(), tracker)
        reply = await self._answered(turn)
        if self.is_topic and turn.frame.asked is not Asked.AGAIN and reply.repeats_the_last and not reply.offers_buttons:
            reply.put_before(*_REPEATING)
        self._take_up_waiting_question(turn, reply)
        _hand_over(turn, self.intent, reply)
        self._remember_topic(turn, reply)
        self._remember_answer(turn, reply)
        return reply.send(dispatcher)

    @abstractmethod
    async def answer(self, turn: Turn, reply: Reply) -> None:
        """Fill `reply`: at most 500 characters in all."""

    async def _answered(self, turn: Turn) -> Reply:
        """Never without a message: what was all told just now and is asked again is told again. A life counts more than any question."""
        if mentions(turn, _DANGER):
            reply = Reply(state=turn.state)
            reply.say("utter_en_peligro")
            return reply
        for state in (turn.state, turn.state.without_told()):
            reply, answer = Reply(state=state, hides=turn.hides), Reply(state=state, hides=turn.hides)
            if not (self.supposes(turn, answer) or self.is_across(turn, answer)):
                if self.is_topic:
                    say_before(turn, reply)
                await self.answer(turn, answer)
            missing = reply.withheld | answer.withheld
            if missing - BESIDES or (missing and not answer.messages):
                if answer.headless:
                    answer = Reply(state=state, hides=turn.hides, servers=answer.servers)
                    self.say_less(turn, answer)
                say_how_to_identify(turn, answer, self.wants(turn))
            if answer.messages:
                if shows_card(turn) and not answer.says("utter_no_cubierto_tarjeta"):
                    reply.add("utter_no_escribas_tarjetas")
                reply.take_over(answer)
                state_first(reply)
                if mentions(turn, WHOM_TO_CALL) and not any("telefono" in message for message in reply.messages):
                    say_line(turn, reply, again=True)
                reply.state = turn.state
                return reply
        reply = Reply(state=turn.state)
        say_with_line(turn, reply, _NOTHING_TO_SAY)
        return reply

    def wants(self, turn: Turn) -> Literal["faq", "cuenta"]:
        """Whether the rule is asked for ("faq") or what is so of the account."""
        del turn
        return "cuenta"

    def say_less(self, turn: Turn, reply: Reply) -> None:
        """Where the answer begins with what may not be told, and the rest leans on it: what may, in short."""

    def supposes(self, turn: Turn, reply: Reply) -> bool:
        """Whether something is supposed ("y si pago el lunes") and what follows from it was said: that answers the question."""
        del turn, reply
        return False

    def is_across(self, turn: Turn, reply: Reply) -> bool:
        """Whether it is a question that all topics answer alike, and was answered."""
        from actions.across import say_across  # noqa: PLC0415 - it answers with the means of this module

        return say_across(turn, self.intent, reply)

    def topic(self, turn: Turn) -> str:
        """The intent that a follow-up will refer to."""
        del turn
        return self.intent

    def _take_up_waiting_question(self, turn: Turn, reply: Reply) -> None:
        waiting = turn.tracker.get_slot(SLOT_PENDING)
        if SLOT_PENDING in reply.slots or not waiting:
            return
        if waiting["intent"] == self.intent:
            reply.remember(SLOT_PENDING, None)
        elif self.resumes and turn.servers:
            # once only: a customer who goes on elsewhere has dropped the question
            reply.remember(SLOT_PENDING, None)
            if not reply.offers_buttons:  # two buttons "SIERRA-01" with two meanings would be no choice
                reply.say("utter_retomar_pregunta", buttons=waiting_buttons(turn, waiting))

    def _remember_topic(self, turn: Turn, reply: Reply) -> None:
        topic = self.topic(turn)
        if self.is_topic and not reply.aside and turn.tracker.get_slot(SLOT_TOPIC) != topic:
            reply.remember(SLOT_TOPIC, topic)
        if turn.tracker.get_slot(SLOT_FAILURES) and SLOT_FAILURES not in reply.slots:
            reply.remember(SLOT_FAILURES, 0)

    def _remember_answer(self, turn: Turn, reply: Reply) -> None:
        topic = (
            Topic(self.topic(turn), turn.frame.asked, tuple(reply.servers), reply.supposed) if self.is_topic and not reply.aside else None
        )
        reply.remember(SLOT, as_slot(replace(turn.state.after(topic, reply.told), situation=known_situation(turn))))


class TalkAction(AssistantAction):
    """Small talk and the like: one answer, no live state, no topic."""

    is_topic = False

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """Say `utter_<intent>`."""
        del turn
        reply.say(f"utter_{self.intent}")


class LiveAction(AssistantAction):
    """The general answer first (for a FAQ), then what live state adds; the cases without live state are the same for all.

    `general` is the YAML key of the general answer. An account question has none: visitors get `utter_identificate_cuenta`
    and, when state cannot be read, everybody gets `utter_estado_no_disponible`.
    """

    general: ClassVar[str | None] = None
    short: ClassVar[Mapping[Asked, str]] = {}  # the general answer by what is asked about it; where it is not named, `general`
    desk_facts: ClassVar[Mapping[Asked, DeskFact]] = {}  # what is asked of the whole desk, or of no server; it stands alone
    data: ClassVar[DataClass] = DataClass.SERVERS  # what is told, and so how well it must be proved who is asking

    def supposes(self, turn: Turn, reply: Reply) -> bool:
        """Of every topic, where the frame says so or a supposition goes on."""
        from actions.suppositions import say_what_follows  # noqa: PLC0415 - they answer with the means of this module
        from actions.told_end import say_from_told_end  # noqa: PLC0415
        from actions.without_server import say_of_a_new_one  # noqa: PLC0415

        return (
            say_from_told_end(turn, self.intent, reply)
            or (turn.is_read and say_of_a_new_one(turn, self.intent, reply))
            or say_what_follows(turn, self.intent, reply)
        )

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """General part, unless this customer's state denies it, then the live part or why there is none."""
        desk = turn.sees(self.data)
        if desk is not None and asks_of_others(turn):
            _say_of_others(turn, desk, reply)
            return
        if desk is not None and not self.has_fact(turn) and turn.frame.asked in self.desk_facts:
            self.desk_facts[turn.frame.asked](turn, desk, reply)
            return
        has_rule = desk is None or (self.general_holds(turn) and not self.has_fact(turn))
        rule_last = desk is not None and has_rule and self.asks_value(turn) and not self.asks_which(turn)
        if has_rule and not rule_last:
            self.say_general(turn, reply)
        if desk is not None:
            self.add_live(turn, desk, reply)
            if rule_last:
                self.say_general(turn, reply)
                line_at_end(turn, reply)
        elif turn.audience == "unavailable":
            say_with_line(turn, reply, "utter_estado_no_disponible")
        else:
            say_how_to_identify(turn, reply, self.wants(turn))
        if not reply.messages:  # live state adds nothing to the rule
            self.say_general(turn, reply)

    def wants(self, turn: Turn) -> Literal["faq", "cuenta"]:
        """A visitor who asks for a value beside a rule hears the rule; who can confirm it here is asked to."""
        return "faq" if self.general and not (turn.code_goes_to and self.asks_value(turn)) else "cuenta"

    def asks_value(self, turn: Turn) -> bool:
        """Whether what is asked is rather a value of the live state than the rule: it then comes first, and the rule after it."""
        asked = turn.frame.asked
        return turn.is_read and asked is not Asked.GENERAL and asked not in BY_THE_RULE and asked not in self.short

    def say_general(self, turn: Turn, reply: Reply) -> None:
        """Say the general answer, if the question has one."""
        if self.general:
            key = self.short.get(turn.frame.asked, self.general)
            if turn.sees(self.data) is None:
                reply.say(key)
            else:
                reply.add(key)

    def general_holds(self, turn: Turn) -> bool:
        """Whether the general answer is true of who asks; where it is not, what is true stands alone or first."""
        del turn
        return True

    def has_fact(self, turn: Turn) -> bool:
        """Whether what is asked has an answer of its own from the live state, which then stands alone."""
        del turn
        return False

    def asks_which(self, turn: Turn) -> bool:
        """Whether it has to be asked which server is meant: the rule, which is true of all, then comes before that."""
        del turn
        return False

    @abstractmethod
    def add_live(self, turn: Turn, desk: Desk, reply: Reply) -> None:
        """Add what is true for this desk now."""


class DeskAction(LiveAction):
    """A question about the whole desk: subclasses implement `add_live`."""

    of_what_is: ClassVar[bool] = True  # a server that is named must be theirs; else it may be one that is still to come

    async def answer(self, turn: Turn, reply: Reply) -> None:
        """Of a server that is not on it, only that."""
        if self.of_what_is and turn.named_foreign:
            reply.say("utter_servidor_no_esta", servidor=turn.named_foreign)
        else:
            await super().answer(turn, reply)


class ServerAction(LiveAction):
    """A question about a server.

    `many = "list"` says one line per server (`describe_line`), `many = "ask"` asks which one with buttons and remembers it.
    `facts` answer what is asked of one server (until when, why …), without the general answer; what is not named there is answered by `describe`.
    """

    facts: ClassVar[Mapping[Asked, Fact]] = {}

    many: ClassVar[Literal["list", "ask"]] = "list"
    heading: ClassVar[str] = "utter_en_tus_servidores"  # key said before the lines of several servers
    which: ClassVar[str] = "utter_cual_servidor"  # key that asks which of several servers is meant
    lines: ClassVar[Mapping[Asked, Fact]] = {}  # the line of one of several by what is asked; where it is not named, `describe_line`
    usable: ClassVar[bool] = False  # whether "those that are active" are all that can be used, or only those that are paid as well

    def holds(self, turn: Turn, server: Server) -> bool:
        """Whether the general answer is true of this server now."""
        del turn, server
        return True

    def say_reason(self, turn: Turn, server: Server, reply: Reply) -> None:
        """Say the rule beneath an answer about a server it does not hold for, where it explains that answer."""

    def general_holds(self, turn: Turn) -> bool:
        """Whether it is true of the server that is meant, or of any when it may be several; the lines of a list tell those it is not true of."""
        meant, topic = self.find(turn), turn.state.topic
        if meant.way == "foreign":
            return True
        if turn.pressed and topic is not None and topic.intent == self.intent:  # the button of a server beneath the rule
            return False
        if (meant.state or meant.pick) and turn.frame.asked not in BY_THE_RULE:
            return False
        one = self._meant(turn)
        asked = (one,) if one else meant.servers or self.candidates(turn)
        return not asked or any(self.holds(turn, each) for each in asked)

    def has_fact(self, turn: Turn) -> bool:
        """Where one server is meant and what is asked is among the facts."""
        asked = turn.frame.asked
        return asked in self.facts and (turn.is_read or asked is not Asked.GENERAL) and self._meant(turn) is not None

    def add_live(self, turn: Turn, desk: Desk, reply: Reply) -> None:
        """Choose the server(s) and describe."""
        meant = self.find(turn)
        one = self._meant(turn)
        if not turn.servers:
            reply.say("utter_sin_servidores")
        elif meant.way == "foreign" and not meant.word:
            _say_of_others(turn, desk, reply)
        elif meant.way == "foreign":
            reply.say("utter_servidor_no_es_tuyo", servidor=meant.word, buttons=server_buttons(self.intent, turn.servers))
        elif len(turn.servers) == 1:
            self._answer_only(turn, meant, reply)
        elif one is not None:
            self._answer_one(turn, one, reply)
        elif meant.way == "servers" and (self.many == "list" or not meant.servers):
            answer_several(self, turn, meant, reply)
        elif self.many == "list" and (
            meant.way == "unsaid" or (meant.way == "unknown" and not meant.word)
        ):  # all of them hold the one that is meant
            self._list(turn, reply)
        elif meant.way != "unknown" or not self._list_briefly(turn, meant, reply):
            self.ask_which(turn, reply)

    def asks_which(self, turn: Turn) -> bool:
        """Of several, where it has no lines for them and one is not meant."""
        return self.many == "ask" and len(turn.servers) > 1 and self._meant(turn) is None

    def find(self, turn: Turn) -> Meant:
        """The servers that the question means; of those that are pointed at, the only one that it may be about."""
        candidates = self.candidates(turn)
        meant = find_meant(turn, candidates, usable=self.usable)
        about = tuple(each for each in meant.servers if each in candidates)
        pointed_at = meant.way == "servers" and not (meant.state or meant.pick or turn.named_servers)
        return dataclasses.replace(meant, servers=about) if pointed_at and len(about) == 1 else meant

    def _meant(self, turn: Turn) -> Server | None:
        """The one server that is meant; None where several are, or where they are asked for by what they are ("cuál está suspendido")."""
        meant, asked = self.find(turn), turn.frame.asked
        if meant.way == "unsaid":
            candidates = self.candidates(turn)
            return turn.chosen or (candidates[0] if len(candidates) == 1 else None)
        if len(turn.servers) == 1 and meant.way == "servers":
            return turn.servers[0]
        if meant.way != "servers" or len(meant.servers) != 1:
            return None
        is_named = self.many == "list" and (meant.pick or (meant.state and asked in NAMES_ONLY))
        return None if is_named else meant.servers[0]

    def _answer_only(self, turn: Turn, meant: Meant, reply: Reply) -> None:
        """The desk has one server: it is meant, unless those that are so were asked for and it is not so."""
        only = turn.servers[0]
        if meant.state and not meant.servers:
            say_none(turn, meant.state, reply)
            reply.add("utter_el_unico", servidor=only.alias)
            return
        of_a_set = any(each.which in SETS for each in turn.frame.servers)
        if of_a_set and (meant.state or meant.pick or not self.general):
            reply.add("utter_es_el_unico")
        self._answer_one(turn, only, reply)
        reply.take_back("utter_es_el_unico")

    def _answer_one(self, turn: Turn, server: Server, reply: Reply) -> None:
        if len(turn.servers) > 1 and turn.tracker.get_slot(SLOT_SERVER) != server.alias:
            reply.remember(SLOT_SERVER, server.alias)
        reply.servers.append(server.alias)
        if self.has_fact(turn):
            self.facts[turn.frame.asked](turn, server, reply)
            return
        self.describe(turn, server, reply)
        if self.general and not self.holds(turn, server):
            self.say_reason(turn, server, reply)
            line_at_end(turn, reply)

    def _list(self, turn: Turn, reply: Reply) -> int:
        """Say the lines of all; returns how many they are."""
        reply.say(self.heading)
        first = len(reply.messages)
        for each in self.candidates(turn):
            self.describe_line(turn, each, reply)
            reply.servers.append(each.alias)
        join_alike(reply, first)
        lines = len(reply.messages) - first
        reply.take_back(self.heading)
        self.close_list(turn, reply)
        return lines

    def _list_briefly(self, turn: Turn, meant: Meant, reply: Reply) -> bool:
        """Say the lines of all where one is named and cannot be told, and they are few: sooner read than a question is answered."""
        draft = Reply(slots=dict(reply.slots), state=reply.state, hides=reply.hides)
        if self.many == "ask" or self._list(turn, draft) > FEW_LINES:
            return False
        _say_unknown(meant, reply)
        reply.take_over(draft)
        return True

    def candidates(self, turn: Turn) -> tuple[Server, ...]:
        """The servers the question may be about when the customer has not said which: all, unless a topic narrows them (never to none)."""
        return turn.servers

    def ask_which(self, turn: Turn, reply: Reply) -> None:
        """Ask with one button per server and keep the question waiting."""
        meant = self.find(turn)
        candidates = self.candidates(turn)
        candidates = tuple(each for each in candidates if each in meant.servers) or meant.servers or candidates
        reply.remember(SLOT_PENDING, {"intent": self.intent, "servidores": [each.alias for each in candidates]})
        _say_unknown(meant, reply)
        reply.say(self.which, buttons=server_buttons(self.intent, candidates))

    @abstractmethod
    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """Say what is true for this one server (the customer has one, or chose it)."""

    def close_list(self, turn: Turn, reply: Reply) -> None:
        """Say what follows the lines of several servers, if anything."""

    def describe_line(self, turn: Turn, server: Server, reply: Reply) -> None:
        """Say one line that begins with "• {servidor}:". Needed when `many` is "list"."""
        raise NotImplementedError(f"{type(self).__name__} lists servers and has no line for one")

    def say_less(self, turn: Turn, reply: Reply) -> None:
        """The lines of the servers that are meant, where they may be told."""
        from actions.server_state import say_state_line  # noqa: PLC0415 - it answers with the means of this module

        if turn.sees(self.data) is None:
            return
        one = self._meant(turn)
        has_lines = type(self).describe_line is not ServerAction.describe_line
        for each in (one,) if one else self.find(turn).servers or turn.servers:
            (self.describe_line if has_lines else say_state_line)(turn, each, reply)

    def line_for(self, turn: Turn) -> Fact:
        """What says the line of one of several, by what is asked."""
        return self.lines.get(turn.frame.asked, self.describe_line)

    def begin(self, turn: Turn, servers: tuple[Server, ...], reply: Reply) -> tuple[tuple[Server, ...], tuple[Server, ...]]:
        """Say what comes before the lines of `servers`; returns those that the answer is about, and those that a line is said of."""
        if len(servers) == len(turn.servers):
            reply.say(self.heading)
        return servers, servers

    def end(self, turn: Turn, servers: tuple[Server, ...], reply: Reply) -> None:
        """Say what follows the lines of a set, if anything."""


def _hand_over(turn: Turn, intent: str, reply: Reply) -> None:
    """The cases that the answer gives a reason for, and their folio beside the line."""
    from actions.escalation import folios_of  # noqa: PLC0415 - they answer with the means of this module
    from actions.reasons import open_due_cases, tell_folio  # noqa: PLC0415

    known = bool(turn.tracker.get_slot(SLOT_FOLIOS))
    open_due_cases(turn, intent, reply)
    tell_folio(turn, reply, is_new=not known and bool(folios_of(turn, reply)))


def server_buttons(intent: str, servers: tuple[Server, ...]) -> tuple[Button, ...]:
    """One button per server: choosing it asks `intent` about that server."""
    return tuple(Button(server.alias[:MAX_BUTTON_TITLE], intent, {"servidor": server.alias}) for server in servers)


def waiting_buttons(turn: Turn, waiting: dict[str, Any]) -> tuple[Button, ...]:
    """The buttons of a question that waits for a server, as they were first offered; a server that is gone by now is left out."""
    offered = waiting.get("servidores") or [each.alias for each in turn.servers]
    return server_buttons(waiting["intent"], tuple(each for each in turn.servers if each.alias in offered))


def _say_unknown(meant: Meant, reply: Reply) -> None:
    if meant.word:
        reply.say("utter_servidor_no_reconocido", nombre=excerpt(meant.word, MOST_OF_A_NAME))


def _say_of_others(turn: Turn, desk: Desk, reply: Reply) -> None:
    """Whose account is spoken of, and no other: by its name to who may hear it."""
    if turn.sees(DataClass.NAME) is None:
        say_how_to_identify(turn, reply, "cuenta")
    else:
        say_not_yours(desk, reply)


def say_how_to_identify(turn: Turn, reply: Reply, question: Literal["faq", "cuenta", "entrar"]) -> None:
    """Tell a visitor how to be recognised: once an episode; who goes on asking for an account hears why not, and once the line.

    Whoever can confirm it here is asked for a code instead.
    """
    if ask_for_code(turn, reply, question):
        return
    match tell_how_to_identify(turn, reply, question):
        case "lost":
            say_line(turn, reply)
        case "refused":
            reply.add_once(LINE, **line_values(turn))


def say_with_line(
    turn: Turn, reply: Reply, response: str, *, buttons: tuple[Button, ...] = (), readings: tuple[Reading, ...] = (), **values: str
) -> None:
    """Say `response`, then the support line with whether it is open now and until or from when."""
    reply.say(response, buttons=buttons, readings=readings, **values)
    say_line(turn, reply)


def say_line(turn: Turn, reply: Reply, *, again: bool = False) -> None:
    """Say the support line's number and when it can be called: once in a reply, after what was said last of it; `again` though it was just said."""
    again = again or reply.says(LINE)  # what stands in this reply already is moved, and never lost
    reply.messages = [message for message in reply.messages if message["response"] != LINE]
    (reply.say if again else reply.add)(LINE, **line_values(turn))
    reply.sends_to_line = True


def line_at_end(turn: Turn, reply: Reply) -> None:
    """Move the support line beneath what was said after it."""
    if reply.says(LINE):
        say_line(turn, reply)


def line_values(turn: Turn) -> Values:
    """The support line's number and when it can be called, for a text of its own."""
    hours = line_words(turn.calendar, turn.settings.support_hours, turn.now)
    return {"telefono": turn.settings.support_phone, "horario": hours}
