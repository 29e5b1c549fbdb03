"""The other side as one thing: people with telephones, a business's numbers, and everything that passes between them."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from bot import clock
from bot.fake_whatsapp.chats import Bubble, Chat
from bot.fake_whatsapp.demo import NUMBER_ID
from bot.fake_whatsapp.faults import Fault, Faults
from bot.fake_whatsapp.hooks import Hooks, Update
from bot.fake_whatsapp.inbound import Body
from bot.fake_whatsapp.media import Media
from bot.fake_whatsapp.people import MEXICO, People, Person, renewed
from bot.fake_whatsapp.rates import Rates
from bot.fake_whatsapp.refusals import Refused, problem
from bot.fake_whatsapp.sends import check_send

PRICED: Final = frozenset({"sent", "delivered"})
_WAMID_BYTES: Final = 46


@dataclass(frozen=True)
class Business:
    """The company as Meta knows it: its numbers (phone_number_id → the number shown), and the secrets that both sides have."""

    access_token: str
    app_secret: str
    verify_token: str
    numbers: Mapping[str, str] = field(default_factory=lambda: {NUMBER_ID: "5215500000000"})
    account: str = "102000000000001"
    name: str = "Servidor Virtual"


@dataclass
class Sent:
    """One message that was accepted: to whom, the whole body, and what was said of it since."""

    id: str
    number: str
    person: Person | None
    body: dict[str, Any]
    at: datetime
    statuses: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What the person reads, whatever the kind."""
        node = self.body.get(self.body["type"], {})
        return str(node.get("body", {}).get("text", "") if self.body["type"] == "interactive" else node.get("body", node.get("name", "")))


class FakeGraph:
    """A stand-in of the Graph API and of the people behind it.

    `webhook`: where the business listens. `seed` makes ids, and chances of faults, the same again. `reports`: statuses that follow a message
    by themselves, with the seconds before each (None: none). `strict_numbers`: numbers are reached in the form 52… only, as test numbers are.
    """

    def __init__(self, business: Business, webhook: str = "", *, now: Callable[[], datetime] = clock.now, seed: str = "1") -> None:
        self.business, self.now, self._seed = business, now, seed
        self.people, self.rates, self.media, self.faults = People(), Rates(now), Media(now), Faults(seed)
        self.hooks = Hooks(webhook, business.app_secret, self.envelope, seed)
        self.requests: list[dict[str, Any]] = []
        """Every body that came to /messages from somebody with the token, refused ones too."""
        self.sent: list[Sent] = []
        self.reports: Mapping[str, float] | None = {"sent": 0.0, "delivered": 0.0}
        self.strict_numbers = False
        self.late_window = False
        """Whether the window is found out only after accepting, as a failed status with 131047."""
        self._chats: dict[str, Chat] = {}
        self._by_id: dict[str, Sent] = {}
        self._ids = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begin to carry webhooks."""
        await self.hooks.start()

    async def stop(self) -> None:
        """End what is under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.hooks.stop()

    def chat(self, person: Person) -> Chat:
        """What the person's telephone shows."""
        if person.key not in self._chats:
            self._chats[person.key] = Chat(self.now)
        return self._chats[person.key]

    def new_id(self) -> str:
        """A fresh wamid, with the characters that real ones have."""
        self._ids += 1
        raw = hashlib.sha512(f"{self._seed} {self._ids}".encode()).digest()[:_WAMID_BYTES]
        return "wamid." + base64.b64encode(raw).decode()

    @property
    def number(self) -> str:
        """The id of the business's first number."""
        return next(iter(self.business.numbers))

    # what people do

    def receives(
        self,
        person: Person,
        body: Body,
        *,
        quote: str = "",
        at: datetime | None = None,
        number: str = "",
        wamid: str = "",
        send: bool = True,
    ) -> Update:
        """The person sends this to the business; the update that says so, which is carried at once unless `send` is False."""
        number, at, wamid = number or self.number, at or self.now(), wamid or self.new_id()
        message = {**_sender(person), "id": wamid, "timestamp": str(int(at.timestamp())), **body}
        if quote:
            message["context"] = {"from": self.business.numbers[number], "id": quote}
        self.rates.heard(number, person.key, at)
        chat = self.chat(person)
        if body["type"] == "reaction":
            self._react(chat, body["reaction"])
        else:
            chat.add(Bubble(wamid, mine=True, kind=body["type"], text=_words(body), at=at, ticks="sent", quote=quote))
        update = Update(number, {"contacts": [_contact(person)], "messages": [message]})
        if send:
            self.hooks.put(update, lambda: chat.tick(wamid, "delivered"))
        return update

    def _react(self, chat: Chat, reaction: Mapping[str, Any]) -> None:
        bubble = chat.bubbles.get(reaction["message_id"])
        if bubble is not None:
            bubble.reaction = reaction.get("emoji", "")
            chat.moved()

    def opens(self, person: Person) -> None:
        """The person looks at the chat: what has come is read, and what comes while it stays open."""
        chat = self.chat(person)
        chat.watched = True
        for bubble in list(chat.bubbles.values()):
            if not bubble.mine and bubble.ticks == "delivered":
                self.report(bubble.id, "read")

    def begins_anew(self, person: Person) -> Person:
        """The number has a new account: an empty telephone, and to the business somebody whom it has not met."""
        self._chats.pop(person.key, None)
        return self.people.add(renewed(person, self.new_id()))

    def closes(self, person: Person) -> None:
        """The person looks away."""
        self.chat(person).watched = False

    # what the business does

    def find(self, number: str, body: Mapping[str, Any]) -> Person:
        """Whom a body is for. Raises Refused."""
        to, recipient = body.get("to"), body.get("recipient")
        if to:
            digits = "".join(character for character in to if character.isdigit())
            if not to.startswith("+") and not digits.startswith(MEXICO):
                digits = MEXICO + digits  # as documented: the business's own country code is put before it
            person = self.people.with_number(digits)
            if digits == self.business.numbers[number]:
                raise Refused(131021)
            if person is not None and self.strict_numbers and digits != person.key:
                raise Refused(
                    131030, "Recipient phone number not in allowed list: Add recipient phone number to recipient list and try again."
                )
        else:
            person = self.people.with_id(str(recipient))
        if person is None:
            raise Refused(131026, "Message Undeliverable.")
        return person

    def check(self, number: str, body: dict[str, Any]) -> Person:
        """Whether a body may be sent now, and to whom. Raises Refused."""
        if number not in self.business.numbers:
            raise Refused(
                100, f"Unsupported post request. Object with ID '{number}' does not exist, cannot be loaded due to missing permissions", 33
            )
        kind = check_send(body)
        person = self.find(number, body)
        self.rates.take(number, person.key)
        if kind != "template" and not self.late_window and not self.rates.in_window(number, person.key):
            raise Refused(
                131047, "Message failed to send because more than 24 hours have passed since the customer last replied to this number."
            )
        return person

    def accept(self, number: str, person: Person, body: dict[str, Any], fault: Fault | None = None) -> Sent:
        """Take a message that was checked: it appears on the person's telephone, and statuses follow."""
        late = self.late_window and body["type"] != "template" and not self.rates.in_window(number, person.key)
        message = Sent(self.new_id(), number, person, body, self.now())
        self.sent.append(message)
        self._by_id[message.id] = message
        if late:
            self.report(message.id, "failed", 131047)
            return message
        if fault is not None and fault.kind == "late":
            self.report(message.id, "failed", fault.code)
            return message
        self._show(person, message)
        if fault is not None and fault.kind == "both":
            self.report(message.id, "failed", fault.code or 131026)
        if fault is not None and fault.kind == "status first":
            self.report(message.id, "sent")
        self._spawn(self._reports(message))
        return message

    def reads(self, number: str, wamid: str, *, typing: bool) -> bool:
        """The business marks a message as read, and perhaps types; whether there is such a message."""
        if number not in self.business.numbers:
            return False
        for chat in self._chats.values():
            if wamid in chat.bubbles and chat.bubbles[wamid].mine:
                chat.read_up_to(wamid)
                if typing:
                    chat.types()
                return True
        return False

    def _show(self, person: Person, message: Sent) -> None:
        chat, kind = self.chat(person), message.body["type"]
        if kind == "reaction":
            return
        quote = message.body.get("context", {}).get("message_id", "")
        chat.add(
            Bubble(
                message.id, mine=False, kind=kind, text=message.text, at=message.at, ticks="sent", more=_shown(message.body), quote=quote
            )
        )

    async def _reports(self, message: Sent) -> None:
        for status, seconds in (self.reports or {}).items():
            await asyncio.sleep(seconds)
            self.report(message.id, status)
        if self.reports and message.person is not None and self.chat(message.person).watched:
            self.report(message.id, "read")

    def report(self, wamid: str, status: str, code: int = 0, *, send: bool = True) -> Update:
        """Tell the business what became of a message (unless `send` is False), and show it on the telephone."""
        message = self._by_id[wamid]
        message.statuses.append(status)
        if message.person is not None and not code:
            self.chat(message.person).tick(wamid, status)
        update = Update(message.number, {"statuses": [self._status(message, status, code)]})
        if send:
            self.hooks.put(update)
        return update

    def _status(self, message: Sent, status: str, code: int) -> dict[str, Any]:
        person, body = message.person, message.body
        told: dict[str, Any] = {"id": message.id, "status": status, "timestamp": str(int(self.now().timestamp()))}
        if person is not None and person.wa_id:
            told["recipient_id"] = person.wa_id
        if person is not None and (status != "failed" or not body.get("to")):
            told["recipient_user_id"] = person.user_id
        if "biz_opaque_callback_data" in body:
            told["biz_opaque_callback_data"] = body["biz_opaque_callback_data"]
        if status in PRICED:
            category = "utility" if body["type"] == "template" else "service"
            told["pricing"] = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": category}
        if code:
            told["errors"] = [problem(code)]
        return told

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # what Meta writes

    def envelope(self, updates: Sequence[Update]) -> dict[str, Any]:
        """One body for several updates: one entry, a change for each, in which those of one number and field that follow each other are one."""
        changes: list[dict[str, Any]] = []
        for update in updates:
            last = changes[-1] if changes else None
            if last is None or last["field"] != update.field or last["value"]["metadata"]["phone_number_id"] != update.number:
                changes.append({"field": update.field, "value": self._value(update.number)})
                last = changes[-1]
            _join(last["value"], update.value)
        return {"object": "whatsapp_business_account", "entry": [{"id": self.business.account, "changes": changes}]}

    def _value(self, number: str) -> dict[str, Any]:
        metadata = {"display_phone_number": self.business.numbers.get(number, ""), "phone_number_id": number}
        return {"messaging_product": "whatsapp", "metadata": metadata}


def _join(value: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Add what an update holds; a person's contact stands there once."""
    for key, found in more.items():
        if not isinstance(found, list):
            value[key] = found
        elif key == "contacts":
            known = {contact["user_id"]: contact for contact in (*value.get(key, ()), *found)}
            value[key] = list(known.values())
        else:
            value.setdefault(key, []).extend(found)


def _sender(person: Person) -> dict[str, str]:
    return {**({"from": person.wa_id} if person.wa_id else {}), "from_user_id": person.user_id}


def _contact(person: Person) -> dict[str, Any]:
    profile = {"name": person.name, **({"username": f"@{person.username}"} if person.username else {})}
    return {"profile": profile, **({"wa_id": person.wa_id} if person.wa_id else {}), "user_id": person.user_id}


def _words(body: Body) -> str:
    node = body.get(body["type"])
    if not isinstance(node, Mapping):
        return ""
    reply = node.get("button_reply") or node.get("list_reply") or {}
    return str(node.get("body") or node.get("caption") or node.get("text") or node.get("name") or reply.get("title") or "")


def _shown(body: Mapping[str, Any]) -> dict[str, Any]:
    """What a telephone draws under the text: buttons, or a list."""
    node = body.get("interactive")
    if not isinstance(node, Mapping):
        return {}
    action = node["action"]
    more: dict[str, Any] = {"footer": node.get("footer", {}).get("text", ""), "header": node.get("header", {}).get("text", "")}
    if node["type"] == "button":
        more["buttons"] = [button["reply"] for button in action["buttons"]]
    elif node["type"] == "list":
        more["list"] = {"button": action["button"], "sections": action["sections"]}
    return more
