"""Every kind of the platform's payloads as the update that it is, and no JSON at all that raises."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.whatsapp.updates import (
    AccountNews,
    Echo,
    Edit,
    Handover,
    Imported,
    Message,
    Moved,
    Preference,
    Problem,
    Reaction,
    Revoke,
    Sender,
    Standby,
    Status,
    Trouble,
    Unknown,
    updates,
)
from tests.channels.whatsapp import payloads as made
from tests.channels.whatsapp.payloads import NUMBER, PHONE, USER_ID, WIRE, contact, item, payload, value


def only(body: Any) -> Any:
    (update,) = updates(body)
    return update


def message(*items: Any, **more: Any) -> Any:
    return only(payload(*items, **more))


MEDIA_ID = {"id": "700000000000001", "mime_type": "audio/ogg; codecs=opus", "sha256": "abc=", "url": "https://evil.example/x"}
KEPT = {name: MEDIA_ID[name] for name in ("id", "mime_type", "sha256")}
UNSUPPORTED = [{"code": 131051, "title": "Message type unknown", "error_data": {"details": "Message type is currently not supported."}}]
FLOW = {"name": "flow", "body": "Sent", "response_json": '{"flow_token":"t-1","name":"Ana"}'}

KINDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "text": (made.text("¿Cuándo vence?"), {"kind": "text", "text": "¿Cuándo vence?"}),
    "text, 100 kB": (made.text("hola " * 20_000), {"kind": "text", "text": ("hola " * 820)[:4096].strip()}),
    "text, controls": (made.text("ho\x00la\u202e\r\n¿qué?\x07"), {"kind": "text", "text": "hola\n¿qué?"}),
    "text, nothing to see": (made.text("\u200b \u2060"), {"kind": "text", "text": ""}),
    "text, no node": (item("text"), {"kind": "unsupported", "text": ""}),
    "text, a number": (item("text", {"body": 7}), {"kind": "unsupported"}),
    "typed command": (made.text("/restart"), {"kind": "text", "text": "/restart", "button": None}),
    "button_reply": (made.press("a" * 32, "Sí"), {"text": "Sí", "button": "a" * 32, "quoted": "wamid.OUR1"}),
    "list_reply": (
        made.press('/choose{"branch":"centro"}', "Centro", "list_reply"),
        {"text": "Centro", "button": '/choose{"branch":"centro"}'},
    ),
    "nfm_reply": (
        item("interactive", {"type": "nfm_reply", "nfm_reply": FLOW}),
        {"kind": "text", "text": "Ana", "media": {"name": "flow"}},
    ),
    "nfm_reply, no JSON": (
        item("interactive", {"type": "nfm_reply", "nfm_reply": {**FLOW, "response_json": "{"}}),
        {"kind": "text", "text": "Sent"},
    ),
    "nfm_reply, a list": (item("interactive", {"type": "nfm_reply", "nfm_reply": {**FLOW, "response_json": "[1]"}}), {"text": "Sent"}),
    "nfm_reply, no response": (item("interactive", {"type": "nfm_reply", "nfm_reply": {"name": "address_message"}}), {"text": ""}),
    "interactive, no node": (item("interactive"), {"kind": "unsupported"}),
    "button": (
        item("button", {"payload": "STOP_PROMO", "text": "Dejar de recibir"}),
        {"text": "Dejar de recibir", "payload": "STOP_PROMO", "quoted": None},
    ),
    "image": (made.image(), {"kind": "image", "text": ""}),
    "image, caption": (made.image("mi comprobante"), {"kind": "image", "text": "mi comprobante"}),
    "image, no node": (item("image"), {"kind": "image", "media": None}),
    "image, lost": (item("image", {}, errors=[{"code": 131052, "title": "x"}]), {"kind": "image", "media": {"codes": [131052]}}),
    "audio": (item("audio", {**MEDIA_ID, "voice": True}), {"kind": "audio", "media": {**KEPT, "voice": True}}),
    "video": (item("video", {**MEDIA_ID, "caption": "mira"}), {"kind": "video", "text": "mira"}),
    "document": (
        item("document", {**MEDIA_ID, "filename": "Currículum.pdf", "caption": "Mi CV"}, context={"forwarded": True}),
        {"kind": "document", "text": "Mi CV", "media": {**KEPT, "filename": "Currículum.pdf"}, "quoted": None},
    ),
    "sticker": (item("sticker", {**MEDIA_ID, "animated": False}), {"kind": "sticker", "media": {**KEPT, "animated": False}}),
    "location": (
        item("location", {"latitude": 19.43, "longitude": -99.13, "name": "Zócalo", "address": "Centro", "url": "https://x"}),
        {"kind": "location", "media": {"latitude": 19.43, "longitude": -99.13, "name": "Zócalo", "address": "Centro"}},
    ),
    "location, not a number": (item("location", {"latitude": float("nan")}), {"kind": "unsupported"}),
    "contacts": (
        item("contacts", [{"name": {"formatted_name": "Luis R."}, "phones": [{"wa_id": "5215500009999"}]}, {}]),
        {"kind": "contacts", "media": {"number": 2}},
    ),
    "order": (
        item("order", {"catalog_id": "8", "text": "para hoy", "product_items": [{"product_retailer_id": "sku-1", "quantity": 2}]}),
        {
            "kind": "order",
            "text": "para hoy",
            "media": {"catalog_id": "8", "products": [{"product_retailer_id": "sku-1", "quantity": 2}]},
        },
    ),
    "unsupported": (
        item("unsupported", {"type": "poll_creation"}, errors=UNSUPPORTED),
        {"kind": "unsupported", "media": {"type": "poll_creation", "codes": [131051]}, "awaits_answer": True},
    ),
    "unsupported, no node": (item("unsupported", errors=UNSUPPORTED), {"kind": "unsupported", "awaits_answer": True}),
    "unsupported edit": (item("unsupported", {"type": "edit"}, errors=UNSUPPORTED), {"kind": "unsupported", "awaits_answer": False}),
    "ephemeral": (item("ephemeral", errors=UNSUPPORTED), {"kind": "unsupported", "awaits_answer": True}),
    "quoted": (made.text("esto", context={"from": made.OURS, "id": "wamid.OUR9"}), {"quoted": "wamid.OUR9"}),
    "product question": (made.text("esto", context={"referred_product": {"catalog_id": "8"}}), {"quoted": None, "text": "esto"}),
    "referral": (
        made.text("Vi su anuncio", referral={"source_type": "ad", "source_id": "9", "source_url": "https://fb.me/x", "ctwa_clid": "Aff"}),
        {"text": "Vi su anuncio", "media": {"referral": {"source_type": "ad", "source_id": "9", "ctwa_clid": "Aff"}}},
    ),
}


@pytest.mark.parametrize("name", KINDS)
def test_a_message_of_each_kind(name: str) -> None:
    sent, expected = KINDS[name]
    found = message(sent)
    assert type(found) is Message
    assert (found.number, found.wamid, found.sender) == (NUMBER, sent["id"], Sender(PHONE, f"+{WIRE}"))
    assert found.sent_at == datetime.fromtimestamp(int(sent["timestamp"]), UTC)
    assert {field: getattr(found, field) for field in expected} == expected


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (item("request_welcome"), "request_welcome"),
        (item("interactive", {"type": "call_permission_reply"}), "interactive"),
        (item("hologram", {"x": 1}), "hologram"),
        (item(""), ""),
        (made.text("en grupo", group_id="G1"), "group"),
        ({**made.text("hola"), "id": None}, "no id"),
        (made.text("hola", sender=None), "nobody"),
        (made.text("hola", sender=""), "nobody"),
        (made.text("hola", sender="", from_user_id=""), "nobody"),
        (item("reaction", {"emoji": "👍"}), "reaction"),
        (item("edit", {"message": {"type": "text", "text": {"body": "x"}}}), "edit"),
        (item("edit", {"original_message_id": "wamid.A", "message": {"type": "audio"}}), "edit"),
        (item("revoke", {}), "revoke"),
        (item("system", {"body": "…", "type": "customer_identity_changed", "identity": {"hash": "x"}}), "system"),
    ],
)
def test_what_has_no_consequence(sent: dict[str, Any], kind: str) -> None:
    assert message(sent) == Unknown("messages", kind, NUMBER)


def test_a_reaction_and_its_removal_in_both_forms() -> None:
    found = [message(made.reaction("wamid.OUR1", emoji)) for emoji in ("👍", "", None)]
    assert [(type(each), each.message, each.emoji) for each in found] == [
        (Reaction, "wamid.OUR1", "👍"), (Reaction, "wamid.OUR1", None), (Reaction, "wamid.OUR1", None),
    ]  # fmt: skip


def test_edits_and_revokes() -> None:
    edit = message(item("edit", {"original_message_id": "wamid.A1", "message": {"type": "text", "text": {"body": "¿vence?"}}}))
    assert (type(edit), edit.original, edit.text) == (Edit, "wamid.A1", "¿vence?")
    caption = message(item("edit", {"original_message_id": "wamid.A1", "message": {"type": "image", "image": {"caption": "mi pago"}}}))
    assert (type(caption), caption.text) == (Edit, "mi pago")
    revoke = message(item("revoke", {"original_message_id": "wamid.A1"}))
    assert (type(revoke), revoke.original) == (Revoke, "wamid.A1")


NEW = "MX.13490000000000000002"


@pytest.mark.parametrize(
    ("inner", "more", "left", "to"),
    [
        (
            {"type": "user_changed_number", "wa_id": "5215500005678", "user_id": NEW, "previous_user_id": USER_ID},
            {},
            Sender(PHONE, f"+{WIRE}", USER_ID),
            Sender("+525500005678", "+5215500005678", NEW),
        ),
        (
            {"type": "user_changed_number", "new_wa_id": "525500005678"},
            {},
            Sender(PHONE, f"+{WIRE}"),
            Sender("+525500005678", "+525500005678"),
        ),
        (
            {"type": "user_changed_user_id", "user_id": NEW, "previous_user_id": USER_ID},
            {"sender": None},
            Sender(user_id=USER_ID),
            Sender(user_id=NEW),
        ),
        (
            {"type": "user_changed_user_id", "user_id": NEW, "previous_user_id": USER_ID},
            {"sender": None, "from_user_id": NEW},
            Sender(user_id=USER_ID),
            Sender(user_id=NEW),
        ),
    ],
    ids=["number and id", "older form", "id only", "id only, from is the new one"],
)
def test_a_change_of_number_or_id(inner: dict[str, Any], more: dict[str, Any], left: Sender, to: Sender) -> None:
    found = message(item("system", inner, **more))
    assert (type(found), found.sender, found.to) == (Moved, left, to)


@pytest.mark.parametrize("wire", ["5215510001001", "525510001001"])
def test_a_mexican_number_is_one_in_both_forms(wire: str) -> None:
    assert message(made.text("hola", sender=wire)).sender == Sender(PHONE, f"+{wire}")


@pytest.mark.parametrize("wire", ["15551234567", "5491150001234", "5511990001234", "10600000000000099999"])
def test_another_number_stays_as_it_is(wire: str) -> None:
    assert message(made.text("hola", sender=wire)).sender.phone == f"+{wire}"


def test_whoever_hides_the_number_is_known_by_the_scoped_id() -> None:
    for hidden in ({"sender": None}, {"sender": ""}):
        assert message(made.text("hola", from_user_id=USER_ID, **hidden)).sender == Sender(user_id=USER_ID)
    with_contact = message(made.text("hola", from_user_id=USER_ID, sender=None), contacts=[contact(user_id=USER_ID)])
    assert with_contact.sender == Sender(PHONE, f"+{WIRE}", USER_ID, "Ana P.")


def test_contacts_are_found_by_their_ids_and_not_by_their_place() -> None:
    people = [contact("5215500000009", "Beto", "MX.9"), contact("525510001001", "Ana", USER_ID)]
    assert message(made.text("hola"), contacts=people).sender == Sender(PHONE, f"+{WIRE}", USER_ID, "Ana")
    stranger = message(made.text("hola", from_user_id=NEW), contacts=people)  # the number's contact has another id
    assert stranger.sender == Sender(PHONE, f"+{WIRE}", NEW)


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Ana\u202e\x00 P.\n<b>", "Ana P. <b>"), ("\u200b", None), ("", None), (7, None), ("ñ" * 500, "ñ" * 128)],
)
def test_a_profile_name_is_only_words(name: Any, shown: str | None) -> None:
    assert message(made.text("hola"), contacts=[contact(name=name)]).sender.profile_name == shown


def test_standby_is_read_along_with_what_the_other_agent_says() -> None:
    found = updates(payload(made.text("hola"), field="standby", message_echoes=[{**made.text("soy Meta", sender=made.OURS), "to": WIRE}]))
    assert [(type(each), each.text) for each in found] == [(Standby, "hola"), (Echo, "soy Meta")]
    assert not found[1].silences
    assert only(payload(made.reaction("wamid.OUR1", "👍"), field="standby")) == Unknown("standby", "reaction", NUMBER)


def test_an_employees_reply_is_to_a_customer() -> None:
    sent = {**made.image("su factura", sender=made.OURS), "to": WIRE}
    found = only(payload(field="smb_message_echoes", message_echoes=[sent]))
    assert (type(found), found.sender, found.kind, found.text, found.silences) == (
        Echo,
        Sender(PHONE, f"+{WIRE}"),
        "image",
        "su factura",
        True,
    )


def test_history_is_of_the_past_on_both_sides() -> None:
    thread = {"id": WIRE, "messages": [made.text("¿precio?"), {**made.text("200", sender=made.OURS), "to": WIRE}]}
    found = updates(payload(field="history", history=[{"metadata": {"phase": 0}, "threads": [thread]}]))
    assert [(type(each), each.text, each.sender.phone) for each in found] == [(Imported, "¿precio?", PHONE), (Echo, "200", PHONE)]
    assert not found[1].silences


@pytest.mark.parametrize(("wish", "wants"), [("stop", False), ("resume", True)])
def test_a_preference(wish: str, wants: bool) -> None:
    sent = {"wa_id": WIRE, "user_id": USER_ID, "category": "marketing_messages", "value": wish, "timestamp": made.stamp()}
    found = only(payload(field="user_preferences", user_preferences=[sent]))
    assert (type(found), found.sender, found.wants) == (Preference, Sender(PHONE, f"+{WIRE}", USER_ID), wants)
    assert type(only(payload(field="user_preferences", user_preferences=[{**sent, "value": "signup"}]))) is Unknown


def test_statuses() -> None:
    pricing = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "service"}
    sent = made.status("wamid.OUR1", biz_opaque_callback_data="42", pricing=pricing)
    found = only(payload(statuses=[sent], contacts=[contact()]))
    assert found == Status(
        NUMBER, "wamid.OUR1", "delivered", datetime.fromtimestamp(int(sent["timestamp"]), UTC), "42", (), True, "service", f"+{WIRE}"
    )
    errors = [{"code": 131047, "title": "Re-engagement message", "error_data": {"details": "More than 24 hours"}}, {"code": "x"}, 7]
    failed = only(payload(statuses=[made.status("wamid.OUR1", "failed", errors=errors, pricing={"category": 7})]))
    assert failed.errors == (Problem(131047, "Re-engagement message", "More than 24 hours"), Problem(None, "", ""))
    hidden = {"id": "wamid.OUR1", "status": "read", "recipient_user_id": USER_ID}
    assert only(payload(statuses=[hidden])) == Status(NUMBER, "wamid.OUR1", "read", None, recipient=USER_ID)
    assert only(payload(statuses=[{"status": "read"}])) == Unknown("messages", "status", NUMBER)


def test_an_oddity_that_was_seen() -> None:
    body = payload(item("interactive"), errors=[{"code": 131000, "title": "Something went wrong"}])
    assert [type(each) for each in updates(body)] == [Message, Trouble]


def test_other_fields() -> None:
    assert only(payload(field="messaging_handovers")) == Handover(NUMBER)
    for field in ("calls", "smb_app_state_sync", "user_id_update", ""):
        assert only(payload(made.text("hola"), field=field)) == Unknown(field, "field", NUMBER)
    for field, more, event in (
        ("account_update", {"event": "DISABLED_UPDATE"}, "DISABLED_UPDATE"),
        ("message_template_status_update", {"event": "REJECTED", "metadata": {}}, "REJECTED"),
        ("account_review_update", {"decision": "APPROVED"}, "APPROVED"),
        ("security", {"event": 7}, ""),
        ("account_alerts", {}, ""),
    ):
        found = only(payload(field=field, **more))
        assert found == AccountNews(field, event, "" if "metadata" in more else NUMBER)


def test_every_update_of_every_entry_and_change_in_their_order() -> None:
    first = made.envelope(value(made.text("1"), made.text("2")), value(made.text("3"), statuses=[made.status("wamid.X")]))
    second = made.envelope(value(made.text("4"), number=made.OTHER_NUMBER))
    both = {**first, "entry": [*first["entry"], *second["entry"]]}
    assert [getattr(each, "text", each.number) for each in updates(both)] == ["1", "2", "3", NUMBER, "4"]


@pytest.mark.parametrize(
    "body",
    [
        None, 7, "hola", [], {}, {"object": "page"}, {"object": "whatsapp_business_account"}, {"object": "whatsapp_business_account", "entry": 7},
        {"object": "whatsapp_business_account", "entry": [7, {"changes": [None, {"field": "messages"}, {"field": 7, "value": []}]}]},
    ],
)  # fmt: skip
def test_valid_json_that_is_not_metas(body: Any) -> None:
    assert all(type(update) is Unknown for update in updates(body))


@pytest.mark.parametrize("stamp", [None, "", "ayer", -5, 0, True, "9" * 400, 10**30, 1.5, [], "1790000000.5"])
def test_a_time_that_cannot_be_read_is_none(stamp: Any) -> None:
    assert message({**made.text("hola"), "timestamp": stamp}).sent_at is None


def test_milliseconds_are_no_year_58692() -> None:
    assert message({**made.text("hola"), "timestamp": 1790000000000}).sent_at == datetime.fromtimestamp(1790000000, UTC)


NAMES = sorted(
    {
        "object", "entry", "changes", "field", "value", "metadata", "phone_number_id", "messages", "statuses", "errors", "contacts", "from", "id",
        "type", "text", "body", "interactive", "button_reply", "nfm_reply", "response_json", "system", "history", "threads", "message_echoes",
        "user_preferences", "wa_id", "user_id", "profile", "name", "timestamp", "context", "referral", "image", "caption", "order", "product_items",
        "code", "location", "latitude", "unsupported", "edit", "message", "original_message_id", "reaction", "emoji", "message_id", "group_id",
    }
)  # fmt: skip
WORDS = st.sampled_from(
    [*NAMES, "whatsapp_business_account", "standby", "smb_message_echoes", "user_changed_number", WIRE, USER_ID, "wamid.A", "1790000000"]
)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=4), inner, max_size=6),
    max_leaves=25,
)
ITEM = st.fixed_dictionaries(
    {"id": st.just("wamid.A") | ANY, "from": st.just(WIRE) | ANY, "type": st.sampled_from([*NAMES, "video", "button", "revoke"]) | ANY},
    optional={name: ANY for name in NAMES if name not in {"id", "from", "type"}},
)
PAYLOAD = st.builds(
    payload,
    ITEM,
    field=st.sampled_from(["messages", "standby", "smb_message_echoes", "history", "user_preferences", "x"]),
    contacts=ANY,
    statuses=st.lists(ITEM, max_size=2) | ANY,
    errors=ANY,
    message_echoes=st.lists(ITEM, max_size=2) | ANY,
    user_preferences=st.lists(ITEM, max_size=2) | ANY,
    history=st.lists(
        st.fixed_dictionaries({"threads": st.lists(st.fixed_dictionaries({"id": ANY, "messages": st.lists(ITEM)}))}), max_size=1
    ),
)


@settings(deadline=None, max_examples=150)
@given(ANY | PAYLOAD)
def test_no_json_makes_it_raise_and_all_of_it_can_be_stored(body: Any) -> None:
    for update in updates(body):
        if isinstance(update, Message | Echo):
            update.text.encode()
            json.dumps(update.media, allow_nan=False).encode()
            assert len(update.text) <= 4096
            assert "\0" not in update.text
            assert update.sender.phone or update.sender.user_id
