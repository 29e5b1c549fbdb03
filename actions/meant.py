"""Which servers a question means: one, a set, those that are so (suspended, owing …), the others, the first to end; or that it has to be asked.

Everything is judged on the customer's own desk. A set is never narrowed to the server in play, and a name decides before anything that is only pointed at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from actions import sets
from actions.live import IN_FORCE, UNPAID, owed, standing
from actions.mentions import ALL_WENT_THROUGH, DEAR, DEBTS, IN_ALL, OWES, PAID_UP, mentions
from actions.tokens import said_count
from actions.turn import SETS, Turn
from bot.accounts.port import Server
from bot.identity.levels import DataClass
from bot.protocol.frame import Asked, Filter, Move, Refers, Which

Servers = tuple[Server, ...]
Way = Literal[
    "unsaid",  # any server, or the one in play
    "servers",  # these
    "ask",  # one of these, and it is not clear which
    "unknown",  # a word that is none of the desk's names
    "foreign",  # somebody else's
]
SOON: Final = 30
"""Days within which a server is about to end."""
PAIR: Final = 2
NAMES_ONLY: Final = frozenset({Asked.WHICH, Asked.COUNT})
"""Who asks so wants to know the servers, or how many they are."""
_FEW: Final = 8
_STATES: Final[dict[Filter, sets.Which]] = {
    Filter.SUSPENDED: "suspended",
    Filter.GRACE: "in_grace",
    Filter.DOWN: "down",
    Filter.CREATING: "being_created",
    Filter.OWING: "owing",
    Filter.NOBACKUP: "without_backup",
    Filter.CHANGE: "in_change",
}
_ENDS: Final = frozenset({Which.FIRST, Which.LAST})
_SAYS_FIRST: Final = r"primer|antes\b|pronto|urge|proxim|menos\b"
_ENDS_FIRST: Final = r"cual (?:de (?:l[oa]s|ell[oa]s|es[oa]s) (?:dos )?)?(?:(?:se|me) ){0,2}(?:venc|acab|termin|caduc|expir|va\b)\w*(?: a \w+)? (?:primero|antes)"
_SAYS_LAST: Final = r"(?<!por )ultim[oa]s?\b(?! (?:pregunta|duda|cosa))|al final|mas (?:tarde|dias|tiempo)\b|(?:dura|aguanta)n? mas"
_SAID: Final[dict[Filter, str]] = {
    Filter.SUSPENDED: r"suspendid",
    Filter.GRACE: r"(?:en|de) gracia",
    Filter.CREATING: r"creando|en creacion",
}
"""States that are known by their own word, however the rest was read."""
CHANGING: Final = (
    r"(?<!no )(?<!no se )\b(?:se )?(?:esta|anda) (?:cambiando\b|cambiandose\b|en (?:pleno )?(?:proceso de )?cambio\b)"
    r"|(?<!no )\bl[eo] (?:esta|anda)n (?:cambiando\b(?! (?:el|la|los|las|su|sus|mi|mis|de)\b)|haciendo (?:el |un )?cambio\b)"
    r"|\bcambio (?:es el )?(?:que )?(?:le )?(?:esta|anda)n haciendo"
    r"|(?<!no )\b(?:tiene|trae|esta|lleva) (?:(?:en (?:curso|proceso|tramite)|pendiente) (?:un|el) cambio\b(?! de (?!solucion|plan|servidor|nube))|(?:un |el )?cambio (?:de (?:solucion|plan|servidor|nube) )?(?:en (?:curso|proceso|tramite)|pendiente))"
)
"""That a server is being changed: "el que se está cambiando", "a cuál le están haciendo el cambio"."""
_AND_THIS: Final = r"(?:entre|de|con|por|para) (?:es[ea]|est[ea]) y (?:el|la|los|las)\b"
"""The one in play beside those that are told by their state: "entre ese y el suspendido"."""
_WHICH_FOLLOWS: Final = (
    r"(?:despues|luego|enseguida) (?:de es[ea]\b(?! (?:fecha|dia|tiempo|plazo|periodo|vez|momento|hora|cobro|cargo|pago))(?! (?:que|como|donde)\b)|(?:de es[ea] )?cual\b)"
    r"|(?:el que|cual|quien) (?:es el que )?(?:le )?sigue\b(?! (?:activ|vigent|func|siend|sin|con|en\b|suspend|igual|pendient|cread|caid|prend))"
)
"""The next one, where servers were told by when they end."""
_OF_ENDS: Final = frozenset({"consultar_suscripcion", "faq_consultar_vigencia", "listar_servidores"})
_OF_THOSE: Final = r"(?:de|entre) (?:es[oa]s|est[oa]s|ell[oa]s|l[oa]s (?:dos|2|tres|3))\b"
_NOT_A_STATE: Final = r"no\b|ni\b|sin\b|menos\b|dias?\b|tiempo|horas?\b|semanas?\b|mes(?:es)?\b|dura|plazo|periodo"
_THE_OTHERS = re.compile(r"\b(?:l[oa]s\s+)?(?:que|q|k|ke)\s+no\b", re.IGNORECASE)


@dataclass(frozen=True)
class Meant:
    """`servers` as far as they are meant, in the order of the desk; `state` and `pick`: how they are meant; `word`: the name that is none here."""

    way: Way
    servers: Servers = ()
    state: Filter | None = None
    pick: Which | None = None
    word: str = ""


def find_meant(turn: Turn, candidates: Servers, *, usable: bool = False) -> Meant:
    """What the frame and the words of `turn` mean. `candidates`: those that its topic is about; `usable`: whether "active" counts who is in grace."""
    ways = {each.which: each.value for each in turn.frame.servers}
    if turn.named_foreign or (Which.FOREIGN in ways and not turn.named_servers and not turn.means_all):
        return Meant("foreign", word=turn.named_foreign or "")
    if named := _named(turn, ways):
        return Meant("servers", named, pick=Which.FIRST if len(named) > 1 and mentions(turn, _ENDS_FIRST) else None)
    sums = mentions(turn, IN_ALL) or (turn.frame.refers is Refers.NEW and not turn.in_play and mentions(turn, OWES))
    if not ways and turn.frame.asked is Asked.AMOUNT and len(turn.servers) > 1 and sums:
        ways = {Which.ALL: ""}
    if turn.frame.asked in NAMES_ONLY and ways.keys() <= {Which.ALL} and (state := _said_state(turn)):
        ways = {Which.FILTER: state}
    if ways.keys() & SETS:
        return _set(turn, ways, usable=usable)
    following = _next_to_end(turn)
    if following or turn.wants_other:
        return Meant("servers", following) if following else _other(turn, candidates)
    if ways.keys() & {Which.NAMED, Which.UNKNOWN} and len(turn.servers) > 1:
        return Meant("unknown", word=ways.get(Which.UNKNOWN, "").replace("_", " "))
    return _pointed_at(turn, in_words=bool(ways.keys() & {Which.THAT_ONE, Which.FOREIGN}))


def _named(turn: Turn, ways: Mapping[Which, str]) -> Servers:
    """Those that are named, with the one in play where it is pointed at beside them; or the only one "that is being changed"."""
    if turn.named_servers:
        and_this = turn.in_play if ways.keys() >= {Which.THAT_ONE, Which.NAMED} else ()
        return _in_order(turn, (*and_this, *turn.named_servers))
    may = turn.sees(DataClass.CHANGES) is not None
    asked_for = may and not ways.keys() & (SETS - {Which.FILTER}) and mentions(turn, CHANGING)
    changing = sets.members(turn, turn.servers, "in_change") if asked_for else ()
    return changing if len(changing) == 1 < len(turn.servers) else ()


def _next_to_end(turn: Turn) -> Servers:
    """The one that ends after the one that was told just now: "¿y después de ése?", "¿cuál sigue?"."""
    told = turn.state.topic
    if len(turn.in_play) != 1 or told is None or told.intent not in _OF_ENDS or not mentions(turn, _WHICH_FOLLOWS, longest=_FEW):
        return ()
    of_time = sets.ending_within(turn, turn.servers)
    after = of_time[of_time.index(turn.in_play[0]) + 1 :] if turn.in_play[0] in of_time else ()
    return after[:1]


def _said_state(turn: Turn) -> Filter | None:
    """The state by whose own word servers are asked for ("cuáles tengo suspendidos"), where there are several; nothing is denied, and no span asked for."""
    several = len(turn.servers) > 1 and not mentions(turn, _NOT_A_STATE)
    return next((state for state, words in _SAID.items() if several and mentions(turn, words, longest=_FEW)), None)


def _pointed_at(turn: Turn, *, in_words: bool) -> Meant:
    """The set in play, where the question goes on about it; of one server in play `Turn.chosen` speaks. All, where as many are counted."""
    if turn.means_all and in_words:
        return Meant("servers", turn.servers)
    goes_on = in_words or turn.frame.refers is not Refers.NEW
    several = 1 < len(turn.in_play) < len(turn.servers) or (in_words and len(turn.in_play) > 1)
    return Meant("servers", _in_order(turn, turn.in_play)) if goes_on and several else Meant("unsaid")


def _set(turn: Turn, ways: Mapping[Which, str], *, usable: bool) -> Meant:
    state = Filter(ways[Which.FILTER]) if Which.FILTER in ways else None
    pick = next((each for each in (Which.FIRST, Which.LAST, Which.MOST) if each in ways), None)
    if state is Filter.ACTIVE and mentions(turn, DEBTS) and not mentions(turn, PAID_UP):
        state = Filter.OWING
    if state is Filter.OWING and mentions(turn, ALL_WENT_THROUGH):
        state = None
    if pick in _ENDS and mentions(turn, _SAYS_FIRST) != mentions(turn, _SAYS_LAST):
        pick = Which.FIRST if mentions(turn, _SAYS_FIRST) else Which.LAST
    within = _rest(turn) if Which.REST in ways else _of_which(turn, pick) if pick and not state else turn.servers
    if state is Filter.ACTIVE:
        within = _active(turn, within, usable=usable)
    elif state is Filter.ENDING:
        within = sets.ending_within(turn, within, SOON)
    elif state is not None:
        within = sets.members(turn, within, _STATES[state])
        if within and turn.in_play and mentions(turn, _AND_THIS):
            return Meant("servers", _in_order(turn, (*within, *sets.rest(turn.in_play, within))))
    return Meant("servers", within, state, pick)


def _of_which(turn: Turn, pick: Which) -> Servers:
    """Of which servers the first, the last or the dearest is asked for: those that are named, those in play where they are alike, else all."""
    if len(turn.mentioned_servers) > 1:
        return _in_order(turn, turn.mentioned_servers)
    in_play = turn.frame.refers is Refers.GOES_ON and _are_alike(turn, turn.in_play) and not _of_all(turn, pick)
    return _in_order(turn, turn.in_play) if in_play else turn.servers


def _of_all(turn: Turn, pick: Which) -> bool:
    """Which is dearest is asked of all, whatever was talked about, unless "of those" is said."""
    return pick is Which.MOST and mentions(turn, DEAR) and not mentions(turn, _OF_THOSE)


def _are_alike(turn: Turn, servers: Servers) -> bool:
    """Whether they are several, and all in force or all over: which of them is first has one meaning then."""
    standings = {standing(turn, each) for each in servers}
    return len(servers) > 1 and (standings <= UNPAID or standings <= IN_FORCE)


def _active(turn: Turn, servers: Servers, *, usable: bool) -> Servers:
    """Those that run; without those that only run for their grace, unless they count or are counted in ("los tres")."""
    running = sets.members(turn, servers, "active")
    well = sets.members(turn, servers, "in_force")
    counted = said_count(turn.text)
    if not well or counted == len(running) != len(well):
        return running
    return well if counted == len(well) or not usable else running


def _rest(turn: Turn) -> Servers:
    """The others than those in play; of several ways to see it the one that has as many as are said ("los otros dos")."""
    named, play = turn.mentioned_servers, turn.in_play
    if named:
        inside = len(play) > 1 and {each.id for each in named} < {each.id for each in play}
        return sets.rest(_in_order(turn, play) if inside else turn.servers, named)
    told = {alias for topic in turn.state.topics for alias in topic.servers}
    whole = max((topic.servers for topic in turn.state.topics), key=len, default=())
    ways = (
        sets.rest(turn.servers, play),
        tuple(each for each in turn.servers if each.alias not in told),
        sets.rest([each for each in turn.servers if each.alias in whole], play),
        sets.rest(turn.servers, sets.members(turn, turn.servers, "in_force")) if _THE_OTHERS.search(turn.text) else (),
    )
    counted = said_count(turn.text)
    fitting = next((each for each in ways if len(each) == counted), None)
    return fitting or next((each for each in (ways[0], ways[3]) if each), ())


def _other(turn: Turn, candidates: Servers) -> Meant:
    """The other one: of two (of two in play both are told); else the only one that is as the one in play, or that was not told yet; else it has to be asked."""
    play = turn.in_play
    others = sets.rest(turn.servers, play)
    if not play or not others:
        return Meant("ask", candidates)
    if len(play) == PAIR:
        return Meant("servers", _in_order(turn, play))
    told = {alias for topic in turn.state.topics for alias in topic.servers}
    alike = {_footing(turn, each) for each in play}
    ways = (
        others,
        tuple(each for each in others if _footing(turn, each) in alike),
        tuple(each for each in others if each.alias not in told),
    )
    guesses = turn.frame.servers and turn.frame.move not in {Move.CORRECTS, Move.DENIES}
    only = next((each for each in (ways if guesses else ways[:1]) if len(each) == 1), None)
    return Meant("servers", only) if only else Meant("ask", sets.rest(candidates, play) or others)


def _footing(turn: Turn, server: Server) -> str:
    if owed(turn, server) or standing(turn, server) in UNPAID:
        return "owing"
    return server.status


def _in_order(turn: Turn, servers: Servers) -> Servers:
    chosen = {each.id for each in servers}
    own = tuple(each for each in turn.servers if each.id in chosen)
    return own if len(own) == len(chosen) else tuple(dict.fromkeys(servers))
