"""A second reader: what pywa, a maintained client of the same API, reads of a payload is what we read of it, wherever it knows the kind."""

from __future__ import annotations

import json
import logging
import warnings
from datetime import UTC, datetime
from typing import Any

import pytest
from pywa import WhatsApp, handlers, types

from bot.channels.whatsapp.events import Echo, Edit, Message, Moved, Preference, Reaction, Revoke, Status
from bot.channels.whatsapp.updates import updates
from bot.channels.whatsapp.values import cut
from bot.channels.wording import visible
from bot.fake_whatsapp import inbound
from bot.fake_whatsapp.fake import Business, FakeGraph
from bot.fake_whatsapp.hooks import encode
from bot.fake_whatsapp.people import with_phone, without_phone
from tests.channels.whatsapp import payloads as made
from tests.channels.whatsapp.payloads import NUMBER, USER_ID, WIRE, contact, encoded, item, payload
from tests.channels.whatsapp.test_updates import KINDS, MEDIA_ID

KNOWN = (
    handlers.MessageHandler, handlers.CallbackButtonHandler, handlers.CallbackSelectionHandler, handlers.FlowCompletionHandler,
    handlers.EditedMessageHandler, handlers.DeletedMessageHandler, handlers.MessageStatusHandler, handlers.UserMarketingPreferencesHandler,
    handlers.PhoneNumberChangeHandler, handlers.OutgoingMessageHandler,
)  # fmt: skip
BREAKS_IT = {
    "text, no node", "text, a number", "nfm_reply, no JSON", "nfm_reply, a list", "nfm_reply, no response", "image, no node", "image, lost",
    "location, not a number", "order", "unsupported", "unsupported, no node", "unsupported edit", "ephemeral",
}  # fmt: skip
"""What pywa makes an error of, because it is malformed or new, and we must not."""


class Second:
    """pywa as it listens: `read` gives what it makes of a payload, None where it cannot."""

    def __init__(self) -> None:
        self._client, self._read = WhatsApp(NUMBER, "token", skip_duplicate_updates=False, validate_updates=False), []
        for each in KNOWN:
            self._client.add_handlers(each(lambda _, update: self._read.append(update)))

    def read(self, body: bytes) -> Any:
        self._read.clear()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of kinds that it does not know
            assert self._client.webhook_update_handler(body)[1] == 200
        return self._read[-1] if self._read else None


@pytest.fixture(autouse=True)
def _quiet() -> Any:
    logging.getLogger("pywa").setLevel(logging.CRITICAL)


@pytest.fixture(scope="module")
def second() -> Second:
    return Second()


def whole(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    """With the contact that Meta always names."""
    return payload(*items, contacts=[contact(user_id=USER_ID)], **more)


def same_message(theirs: Any, ours: Message | Echo) -> None:
    """Every part that both of them have."""
    assert (theirs.id, theirs.metadata.phone_number_id) == (ours.wamid, ours.number)
    assert (theirs.from_user.wa_id, theirs.from_user.bsuid) == ((ours.sender.wire or "").lstrip("+") or None, ours.sender.user_id)
    assert theirs.from_user.name == ours.sender.profile_name
    assert theirs.timestamp == ours.sent_at
    assert (theirs.reply_to_message.id if theirs.reply_to_message else None) == ours.quoted
    if isinstance(theirs, types.CallbackButton | types.CallbackSelection):
        assert isinstance(ours, Message)
        assert (theirs.title, theirs.data) == (ours.text, ours.button)
    elif isinstance(theirs, types.FlowCompletion):
        assert ", ".join(theirs.response.values()) == ours.text
    else:
        order = theirs.order.text if theirs.order else None
        assert cut(visible(theirs.text or theirs.caption or order or "")) == ours.text
        assert ours.kind in {"unsupported", theirs.type.value}
        if theirs.media is not None:
            assert ours.media is not None
            assert (theirs.media.id, theirs.media.mime_type, theirs.media.sha256) == tuple(
                ours.media[name] for name in ("id", "mime_type", "sha256")
            )
        if theirs.location is not None:
            assert ours.media is not None
            assert (theirs.location.latitude, theirs.location.longitude) == (ours.media["latitude"], ours.media["longitude"])
        if theirs.contacts is not None:
            assert ours.media == {"number": len(theirs.contacts)}
        if theirs.referral is not None:
            assert ours.media is not None
            assert (theirs.referral.source_id, theirs.referral.ctwa_clid) == tuple(
                ours.media["referral"][name] for name in ("source_id", "ctwa_clid")
            )


@pytest.mark.parametrize("name", KINDS)
def test_a_message_of_each_kind_is_read_alike(second: Second, name: str) -> None:
    body = whole(KINDS[name][0])
    (ours,) = updates(json.loads(encoded(body)))
    theirs = second.read(encoded(body))
    assert isinstance(ours, Message)
    if name in BREAKS_IT:
        assert theirs is None or isinstance(theirs.text, int)
    else:
        same_message(theirs, ours)


ORDER = {"product_retailer_id": "sku-1", "quantity": 2, "item_price": 30.5, "currency": "MXN"}
UNSUPPORTED = [{"code": 131051, "title": "x", "message": "x", "error_data": {"details": "Message type is currently not supported."}}]


@pytest.mark.parametrize(
    "sent",
    [
        item("order", {"catalog_id": "8", "text": "para hoy", "product_items": [ORDER]}),
        item("unsupported", {"type": "poll_creation"}, errors=UNSUPPORTED),
        item("audio", {**MEDIA_ID, "voice": True}, context={"from": made.OURS, "id": "wamid.OUR1"}),
        made.text("hola", sender=None, from_user_id=USER_ID),
    ],
    ids=["order", "unsupported", "a reply by voice", "without a number"],
)
def test_what_needs_all_its_fields_is_read_alike(second: Second, sent: dict[str, Any]) -> None:
    body = whole(sent)
    (ours,) = updates(body)
    assert isinstance(ours, Message)
    same_message(second.read(encoded(body)), ours)


@pytest.mark.parametrize("emoji", ["👍", "", None])
def test_reactions_are_read_alike(second: Second, emoji: str | None) -> None:
    body = whole(made.reaction("wamid.OUR1", emoji))
    (ours,), theirs = updates(body), second.read(encoded(body))
    assert isinstance(ours, Reaction)
    assert (theirs.reaction.message_id, theirs.reaction.emoji or None) == (ours.message, ours.emoji)


def test_edits_and_revokes_are_read_alike(second: Second) -> None:
    inner = {"type": "image", "image": {**MEDIA_ID, "mime_type": "image/jpeg", "caption": "mi pago"}}
    for rewritten, kind in (({"type": "text", "text": {"body": "¿vence?"}}, "text"), (inner, "image")):
        body = whole(item("edit", {"original_message_id": "wamid.A1", "message": rewritten}))
        (ours,), theirs = updates(body), second.read(encoded(body))
        assert isinstance(ours, Edit)
        assert isinstance(theirs, types.EditedMessage)
        said = theirs.message.text or theirs.message.caption
        assert (theirs.id, theirs.original_message_id, said, theirs.timestamp) == (ours.wamid, ours.original, ours.text, ours.sent_at)
        assert (theirs.message.type.value, ours.kind) == (kind, kind)
    body = whole(item("revoke", {"original_message_id": "wamid.A1"}))
    (gone,), theirs = updates(body), second.read(encoded(body))
    assert isinstance(gone, Revoke)
    assert (theirs.id, theirs.original_message_id) == (gone.wamid, gone.original)


@pytest.mark.parametrize("state", ["sent", "delivered", "read", "failed", "played"])
def test_statuses_are_read_alike(second: Second, state: str) -> None:
    price = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "service"}
    errors = [{"code": 131047, "title": "Re-engagement message", "message": "x", "error_data": {"details": "24 hours"}}]
    more = {"errors": errors} if state == "failed" else {"pricing": price}
    body = payload(statuses=[made.status("wamid.OUR1", state, biz_opaque_callback_data="k.0", **more)], contacts=[contact(user_id=USER_ID)])
    (ours,), theirs = updates(body), second.read(encoded(body))
    assert isinstance(ours, Status)
    assert (theirs.id, theirs.status.value, theirs.timestamp, theirs.tracker) == (ours.wamid, ours.state, ours.at, ours.callback)
    if state == "failed":
        assert (theirs.error.code, theirs.error.details) == (ours.errors[0].code, ours.errors[0].details)
    else:
        assert (theirs.pricing.billable, theirs.pricing.category.value) == (ours.billable, ours.category)


def test_who_moves_and_who_wants_what_is_read_alike(second: Second) -> None:
    inner = {"body": "…", "type": "user_changed_number", "wa_id": "5215500005678", "user_id": USER_ID}
    body = payload(item("system", inner))
    (moved,), theirs = updates(body), second.read(encoded(body))
    assert isinstance(moved, Moved)
    assert (theirs.old_wa_id, theirs.new_wa_id, theirs.new_user_id) == (
        (moved.sender.wire or "").lstrip("+"), (moved.to.wire or "").lstrip("+"), moved.to.user_id,
    )  # fmt: skip
    for value in ("stop", "resume"):
        wish = {
            "wa_id": WIRE,
            "user_id": USER_ID,
            "category": "marketing_messages",
            "detail": "x",
            "value": value,
            "timestamp": "1790000000",
        }
        body = whole(field="user_preferences", user_preferences=[wish])
        (ours,), theirs = updates(body), second.read(encoded(body))
        assert isinstance(ours, Preference)
        assert (theirs.value.value == "resume", theirs.timestamp) == (ours.wants, ours.sent_at)


def test_a_colleagues_message_is_read_alike(second: Second) -> None:
    echo = {**made.text("Yo te atiendo", sender=made.OURS), "to": WIRE}
    body = payload(field="smb_message_echoes", message_echoes=[echo], contacts=[contact(user_id=USER_ID)])
    (ours,), theirs = updates(body), second.read(encoded(body))
    assert isinstance(ours, Echo)
    assert isinstance(theirs, types.OutgoingMessage)
    assert (theirs.id, theirs.text, theirs.to_user.wa_id) == (ours.wamid, ours.text, (ours.sender.wire or "").lstrip("+"))


STAND_IN = FakeGraph(Business("t", "s", "v"), now=lambda: datetime(2026, 11, 27, 18, 0, tzinfo=UTC))
PICTURE = STAND_IN.media.keep(b"\x89PNG", "image/png")
SENT: dict[str, inbound.Body] = {
    "text": inbound.text("¿cuándo vence? 😀"),
    "button_reply": inbound.button_reply("a" * 32, "Sí"),
    "list_reply": inbound.list_reply("b" * 32, "SIERRA-02", "Servidor"),
    "button": inbound.template_button("STOP_PROMO", "Dejar de recibir"),
    "image": inbound.image(PICTURE, "mi pago"),
    "document": inbound.document(PICTURE, "a.pdf"),
    "audio": inbound.voice(PICTURE),
    "sticker": inbound.sticker(PICTURE),
    "location": inbound.location(19.43, -99.13, "Zócalo"),
    "contacts": inbound.contacts("Luis R.", "+52 55 0000 9999"),
    "unsupported": inbound.unsupported("poll_creation"),
}


@pytest.mark.parametrize("hides", [False, True], ids=["with a number", "without"])
@pytest.mark.parametrize("kind", SENT)
async def test_what_the_stand_in_sends_is_read_alike(second: Second, kind: str, hides: bool) -> None:
    person = without_phone("sol", "Sol") if hides else with_phone("+525500001234", "Ana P.")
    raw = encode(STAND_IN.envelope([STAND_IN.receives(person, SENT[kind], quote="wamid.OUR1", send=False)]))
    (ours,) = updates(json.loads(raw))
    assert isinstance(ours, Message)
    same_message(second.read(raw), ours)
