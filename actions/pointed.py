"""Servers that a text only points at, once it is known that one is meant: "el 3", "la cero dos", "el tercero", "la central"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from actions.tokens import PIECE, SHORTEST_TO_MISSPELL, UNITS, Found, Token, stands_apart
from bot.rules.folding import bare

_ORDINALS = ("primer", "segund", "tercer", "cuart", "quint", "sext", "septim", "octav", "noven", "decim")
_NOUNS = frozenset({"numero", "num", "nro", "servidor", "server", "srv", "serv", "equipo", "maquina", "nube", "compu"})
_POINTERS = _NOUNS | {"el", "la", "l", "del", "al", "n", "ala", "dela"}
_HAVE = frozenset({"tengo", "tenemos", "tiene", "tienen", "rento", "rentamos", "uso", "usamos"})
_JOINTS = frozenset({"y", "e", "o", "u", "ni", "vs", "con", "contra", "a"})
_OTHER_NUMBER = re.compile(r"[/:,.]?[0-9]|\s?%")
_FEW = 3


def find_numbers(folded: str, tokens: Sequence[Token], aliases: Sequence[str], taken: set[int], *, loose: bool) -> Iterator[Found]:
    """Bare numbers, "el 3", "la 02", "#3", "la uno y la dos": by the last number of one alias only.

    Not `loose`: only what is no day and no hour, "la 02", "la 3", "el servidor 3".
    """
    by_number: dict[str, list[str]] = {}
    for alias in aliases:
        number = re.search(r"(\d+)\D*$", alias)
        if number:
            by_number.setdefault(number.group(1).lstrip("0") or "0", []).append(alias)
    going_on = False
    for place, token in enumerate(tokens):
        own = by_number.get(token.number or "", [])
        if place in taken:
            going_on = True
        elif (
            len(own) == 1
            and (loose or _is_sure(tokens, place))
            and _points_at(folded, tokens, place, going_on=going_on and loose, loose=loose)
        ):
            going_on = True
            yield Found(place, place + 1, own[0])
        elif token.text not in _JOINTS | _POINTERS:
            going_on = False


def _is_sure(tokens: Sequence[Token], place: int) -> bool:
    """Whether a number is a server's though nobody said that one is named: "el 3" may be a day but not what one has, "a la 1" an hour."""
    token, before, earlier = tokens[place], *(tokens[at].text if at >= 0 else "" for at in (place - 1, place - 2))
    had = before == "el" and earlier in _HAVE
    return token.padded or before in _NOUNS or had or (before in {"la", "dela"} and earlier != "a" and token.text != "una")


def _points_at(folded: str, tokens: Sequence[Token], place: int, *, going_on: bool, loose: bool) -> bool:
    token = tokens[place]
    rest, before_it = folded[token.end :], folded[max(0, token.start - 2) : token.start]
    slashed = rest[:1] == "/" or before_it[-1:] == "/"
    in_a_number = before_it[-1:] == "$" or (before_it[-1:] in {"/", ":"} and before_it[:1].isdigit()) or _OTHER_NUMBER.match(rest)
    if (in_a_number and not (slashed and token.padded)) or UNITS.match(rest.lstrip()):
        return False
    before = tokens[place - 1].text if place else ""
    glued = before in _POINTERS and tokens[place - 1].end == token.start
    if not (slashed or glued or stands_apart(folded, tokens, place, place + 1)):
        return False
    pointed = before in _POINTERS or folded[token.start - 1 : token.start] == "#"
    return pointed or going_on or (loose and (token.padded or (len(tokens) <= _FEW and token.text.isdigit())))


def find_places(tokens: Sequence[Token], aliases: Sequence[str]) -> list[Found]:
    """Places, "el tercero", "el último", "los primeros dos", "el de enmedio": by the order of the desk."""
    for place, token in enumerate(tokens):
        if place + 1 < len(tokens) and tokens[place + 1].text in {"que", "q", "k", "ke"}:
            continue  # "el primero que te pregunté"
        near = [each.number for each in (*tokens[max(0, place - 1) : place], *tokens[place + 1 : place + 2]) if each.number]
        count = min(int(near[0][:_FEW]), len(aliases)) if near else 1
        if token.text.startswith("primer"):
            return [Found(place, place + 1, alias) for alias in aliases[:count]]
        if token.text.startswith("ultim"):
            return [Found(place, place + 1, alias) for alias in aliases[len(aliases) - count :]]
        if token.text in {"enmedio", "medio"} and len(aliases) % 2:
            return [Found(place, place + 1, aliases[len(aliases) // 2])]
        ordinal = next((n for n, word in enumerate(_ORDINALS) if token.text.startswith(word)), len(aliases))
        if ordinal < len(aliases):
            return [Found(place, place + 1, aliases[ordinal])]
    return []


def find_words(tokens: Sequence[Token], aliases: Sequence[str]) -> list[Found]:
    """A word of one alias that no other of the desk has: "la central"."""
    having = {alias: {piece for piece in PIECE.findall(bare(alias)) if len(piece) >= SHORTEST_TO_MISSPELL} for alias in aliases}
    found = []
    for place, token in enumerate(tokens):
        own = [alias for alias, words in having.items() if token.text in words]
        if len(own) == 1:
            found.append(Found(place, place + 1, own[0]))
    return found


def is_denied(folded: str, tokens: Sequence[Token], place: int) -> bool:
    """Whether "no" stands before it in its line, as in "no la 04, la 02", or after it alone, as in "la 04 no, la 02"."""
    if re.match(r" no\s?[,;]", folded[tokens[place].end :]):
        return True
    before = place - 1
    while before >= 0 and tokens[before].text in _POINTERS | {"de", "lo"}:
        before -= 1
    return before >= 0 and tokens[before].text == "no" and not re.search(r"[\n,;]", folded[tokens[before].end : tokens[place].start])
