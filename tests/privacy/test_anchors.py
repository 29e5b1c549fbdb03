"""Anchors go out by mail, once a day and again until they are gone; what comes back shows a ledger that was written anew with all its keys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from bot.conversations import disclosures
from bot.conversations.disclosures import BEGINNING, anchored, link
from bot.conversations.ledger import Ledger
from bot.conversations.tables import DISCLOSURE, DISCLOSURE_ANCHOR
from bot.effects import anchors
from bot.effects.anchors import EVERY, read_back
from bot.effects.mailer import Mailer
from bot.errors import LedgerUnavailable, SettingsError
from bot.privacy import retention
from bot.resources import Resources
from bot.settings import load_settings
from tests.channels.resources import resources_in
from tests.conversations_ledger.conftest import Desk
from tests.support.logged import logged

SECRET, TO = "1" * 40, "auditor@contadores.example"
ENVIRON = {
    "INTERNAL_SECRET": "i" * 40, "SESSION_SECRET": "s" * 40, "PORTAL_JWT_SECRET": "p" * 40, "SEALING_KEY": SECRET, "ANCHOR_MAIL_TO": TO,
}  # fmt: skip


class House:
    """A ledger in which something was told, its upkeep, and the folder that its mails go to."""

    def __init__(self, resources: Resources, desk: Desk, folder: Path) -> None:
        self.resources, self.desk, self.folder = resources, desk, folder
        self.mailer = Mailer(f"file://{folder}")

    async def tells(self) -> None:
        await self.desk.ask("¿cuándo vence?")

    async def keeps_up(self, hours: float = 1) -> None:
        """What the gateway does once an hour."""
        self.desk.now += timedelta(hours=hours)
        await retention.worker(self.resources, self.mailer)._step()

    def mails(self) -> list[EmailMessage]:
        paths = sorted(self.folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        return [message_from_bytes(path.read_bytes(), policy=default) for path in paths]

    async def problems(self) -> list[str]:
        witnessed = [each for mail in self.mails() for each in read_back(mail.get_content())]
        return await disclosures.contradicted(self.resources.ledger, witnessed)


@pytest.fixture
async def house(ledger: Ledger, desk: Desk, url: str, tmp_path: Path) -> AsyncIterator[House]:
    settings = load_settings({**ENVIRON, "DATABASE_URL": url, "SMTP_URL": f"file://{tmp_path}/outbox"})
    resources = resources_in(tmp_path, settings, url=url, now=lambda: desk.now)
    yield House(resources, desk, tmp_path / "outbox")
    await resources.ledger.close()
    await resources.accounts.close()


async def anchors_of(ledger: Ledger) -> list[tuple[int, str, bool]]:
    rows = await ledger.read(lambda connection: connection.execute(select(DISCLOSURE_ANCHOR).order_by(DISCLOSURE_ANCHOR.c.id)).all())
    return [(row.id, row.hash, row.mailed_at is not None) for row in rows]


async def test_each_anchor_goes_out_once_and_one_mail_a_day(house: House, ledger: Ledger) -> None:
    await house.keeps_up()
    assert house.mails() == []  # nothing was told
    for _ in range(30):
        await house.tells()
        await house.keeps_up()
    first, second = house.mails()
    there = await anchors_of(ledger)
    assert (first["To"], first["From"]) == (TO, "servidor-virtual@example.com")
    told = [each.hash for mail in (first, second) for each in read_back(mail.get_content())]
    assert told == [hash_ for _, hash_, mailed in there if mailed]
    assert len(told) == 1 + EVERY // timedelta(hours=1)
    assert await house.problems() == []


async def test_nothing_of_what_was_told_or_of_whom_is_in_the_mail(house: House) -> None:
    await house.tells()
    await house.keeps_up()
    (mail,) = house.mails()
    assert not any(word in mail.as_string() + mail.get_content() for word in ("C-1009", "SIERRA", house.desk.conversation, "ends_on"))


async def test_what_cannot_be_mailed_is_tried_again(house: House, ledger: Ledger) -> None:
    house.folder.write_text("a file where the folder should be")
    await house.tells()
    with logged() as logs:
        await house.keeps_up()
    assert "the anchors could not be mailed" in [each["event"] for each in logs]
    house.folder.unlink()
    await house.keeps_up()
    assert len(house.mails()) == 1
    assert [mailed for _, _, mailed in await anchors_of(ledger)] == [True]


async def test_more_than_one_mail_holds_go_out_one_after_the_other(house: House, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anchors, "MOST", 2)
    for _ in range(5):
        await house.tells()
        house.desk.now += timedelta(hours=1)
        await disclosures.anchor(ledger, SECRET, house.desk.now)
    for _ in range(4):
        await house.keeps_up()
    assert [len(read_back(mail.get_content())) for mail in house.mails()] == [2, 2]  # the last one waits for its day
    await house.keeps_up(hours=24)
    assert all(mailed for _, _, mailed in await anchors_of(ledger))


async def test_a_mail_of_the_future_stops_none(house: House, ledger: Ledger) -> None:
    await house.tells()
    await house.keeps_up()
    await ledger.write(
        lambda connection: connection.execute(update(DISCLOSURE_ANCHOR).values(mailed_at=house.desk.now + timedelta(days=9999)))
    )
    await house.tells()
    await house.keeps_up()
    assert len(house.mails()) == 2


async def test_anchors_go_out_whatever_becomes_of_the_rest_of_the_upkeep(house: House, ledger: Ledger) -> None:
    await house.tells()
    gone = "message_words" if ledger.database.dialect == "sqlite" else "audit_entry"
    await ledger.write(lambda connection: connection.execute(text(f"DROP TABLE {gone}")))
    with pytest.raises((SQLAlchemyError, LedgerUnavailable)):
        await house.keeps_up()
    assert len(house.mails()) == 1


async def test_what_was_told_before_old_entries_were_removed_is_anchored_after_it(house: House, ledger: Ledger) -> None:
    days = house.resources.settings.keep_disclosures_days
    house.resources = replace(house.resources, settings=replace(house.resources.settings, keep_messages_days=days + 9))
    for hours in (1, days * 24 - 1.5, 1):
        await house.tells()
        await house.keeps_up(hours)
    bound = await ledger.read(
        lambda connection: connection.scalars(select(DISCLOSURE_ANCHOR.c.ends).order_by(DISCLOSURE_ANCHOR.c.id)).all()
    )
    assert [[end[1:2] + end[3:] for end in ends] for ends in bound] == [[[1]], [[2]], [[1, "cut"]], [[3]]]
    assert await disclosures.problems(ledger, [SECRET], timedelta(days=days)) == []


async def test_a_beginning_that_was_cut_off_too_early_by_somebody_who_has_the_key(house: House, ledger: Ledger) -> None:
    for _ in range(3):
        await house.tells()
        await house.keeps_up()
    assert await disclosures.cut(ledger, SECRET, house.desk.now, house.desk.now) == 2
    assert await house.problems() == []
    assert await disclosures.problems(ledger, [SECRET]) == []
    conversation = house.desk.conversation
    assert await disclosures.problems(ledger, [SECRET], timedelta(days=1)) == [
        f"{conversation} 2: was removed before its time, by anchor 4"
    ]


async def test_without_an_address_nothing_is_mailed(house: House) -> None:
    house.resources = replace(house.resources, settings=replace(house.resources.settings, anchor_mail_to=""))
    await house.tells()
    await house.keeps_up()
    assert house.mails() == []


async def test_a_ledger_that_was_written_anew_with_all_its_keys(house: House, ledger: Ledger) -> None:
    """What `--verify` cannot see: every entry of the conversation, its chain and the anchor are made again by somebody who has the key."""
    await house.tells()
    await house.keeps_up()

    def forge(connection: Connection) -> None:
        (row,) = connection.execute(select(DISCLOSURE)).mappings().all()
        entry = {name: row[name] for name in disclosures._COLUMNS} | {"proof": "one-time code", "level": 3}
        hash_ = link(BEGINNING, entry)
        connection.execute(update(DISCLOSURE).values(proof="one-time code", level=3, hash=hash_))
        anchor = connection.execute(select(DISCLOSURE_ANCHOR)).one()
        ends = [[row["conversation_id"], 1, hash_]]
        made = anchored(SECRET, BEGINNING, {"at": anchor.at, "ends": ends})
        connection.execute(update(DISCLOSURE_ANCHOR).values(ends=ends, hash=made))

    await ledger.write(forge)
    assert await disclosures.problems(ledger, [SECRET]) == []
    assert await house.problems() == ["anchor 1: is not the one that was mailed"]


async def test_a_last_anchor_that_is_taken_out(house: House, ledger: Ledger) -> None:
    await house.tells()
    await house.keeps_up()
    await ledger.write(lambda connection: connection.execute(delete(DISCLOSURE_ANCHOR)))
    assert await disclosures.problems(ledger, [SECRET]) == []
    assert await house.problems() == ["anchor 1: was mailed and is gone"]


def test_a_mail_is_read_however_it_was_quoted() -> None:
    line = f"12 2026-11-27T18:00:00.000000+00:00 {'ab' * 32}"
    for written in (line, f"> {line}", f">> {line}  \r\n", f"hola\n  {line}\nsaludos"):
        assert [each.id for each in read_back(written)] == [12]
    assert read_back("nada 2026") == []


@pytest.mark.parametrize("address", ["a@b@c", "a@b.mx\nBcc: x@y.mx", "a@b.mx, c@d.mx", "nobody", "A <a@b.mx>"])
def test_an_address_that_is_more_or_less_than_one(address: str) -> None:
    with pytest.raises(SettingsError, match="ANCHOR_MAIL_TO"):
        load_settings({**ENVIRON, "ANCHOR_MAIL_TO": address, "SMTP_URL": "smtp://localhost"})


def test_a_way_to_send_is_needed() -> None:
    with pytest.raises(SettingsError, match="SMTP_URL"):
        load_settings(ENVIRON)
