"""Reading and queueing on both databases, also while the database is away, slow or broken."""

import asyncio
import os
import shutil
import signal
import tempfile
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update

from bot.accounts import Guarded, SqlAccounts, create, models, own_database
from bot.accounts.demo import seed
from bot.accounts.reading import NEWEST
from bot.database import open_database
from bot.errors import AccountsUnavailable, DeskUnknown, MailKeyUsed
from bot.migrations import upgrade
from bot.settings import load_settings
from harness.postgres import start_server
from tests.accounts.desks import NOW
from tests.accounts.rows import held, put

SOON = 0.4


@pytest.fixture
async def seeded(store, database) -> Guarded:
    await seed(database, NOW)
    return store


async def test_every_read_says_when_it_was_made(seeded, time_machine):
    time_machine.move_to(NOW + timedelta(minutes=3), tick=False)
    assert (await seeded.read_desk("C-1001")).read_at == NOW + timedelta(minutes=3)


async def test_moments_come_back_in_utc(seeded):
    server = (await seeded.read_desk("C-1012")).servers[0]
    moments = [server.payments[0].charged_at, server.backups[0].started_at, server.incident.started_at, server.health.at]
    assert {moment.tzinfo for moment in moments} == {UTC}


@pytest.mark.parametrize("desk_id", ["C-9999", "", "c-1001", "C-1001' OR '1'='1", "Ñ🙂", "x" * 5000, "C-1001\x00", "\ud800"])
async def test_an_unknown_desk(seeded, desk_id):
    assert not await seeded.desk_exists(desk_id)
    with pytest.raises(DeskUnknown):
        await seeded.read_desk(desk_id)
    with pytest.raises(DeskUnknown):
        await seeded.queue_connection_mail(desk_id, "VISION-01", "key", NOW)


async def test_a_desk_without_servers(store):
    await put(own_database(store), models.Desk(id="NEW", name="Cliente nuevo", email="a@b.example", phones=["+525510001000"]))
    desk = await store.read_desk("NEW")
    assert (desk.servers, desk.licences, desk.phones) == ((), (), ("+525510001000",))
    assert desk.server("SIERRA-01") is None


async def test_a_server_is_found_by_its_alias_in_any_case(seeded):
    desk = await seeded.read_desk("C-1009")
    assert desk.server("sierra-02").id == "C-1009:SIERRA-02"
    assert desk.server("ESPERANZA-01") is None


async def test_a_long_history_is_read_from_its_end(seeded):
    nights = [NOW - timedelta(days=night) for night in range(20, 400)]
    failed = {"server_id": "C-1001:ESPERANZA-01", "status": "failed", "bytes": None}
    await put(own_database(seeded), *(models.Backup(started_at=at, finished_at=at, **failed) for at in nights))
    backups = (await seeded.read_desk("C-1001")).servers[0].backups
    assert len(backups) == NEWEST
    assert [night.started_at for night in backups] == sorted((night.started_at for night in backups), reverse=True)
    assert backups[0].status == "ok"


async def test_a_closed_incident_is_not_told(seeded):
    await own_database(seeded).write(lambda connection: connection.execute(update(models.Incident).values(ended_at=NOW)))
    assert (await seeded.read_desk("C-1012")).servers[0].incident is None


async def mails(store):
    query = select(func.count()).select_from(models.ConnectionMail).where(models.ConnectionMail.request_key.is_not(None))
    return await own_database(store).read(lambda connection: connection.scalar(query))


async def test_many_numbers_are_looked_up_at_once(seeded):
    phones = [*(f"+52551000{n}" for n in range(1001, 1013)), *(f"+5255{n:08}" for n in range(2000)), "' OR 1=1 --", "ñ"]
    found = await seeded.desks_by_phones(phones)
    assert found["+525510001003"] == ("C-1003",)
    assert len(found) == 12
    assert await seeded.desks_by_phones([]) == {}


async def test_a_mail_is_queued_once_for_each_key(seeded):
    first = await seeded.queue_connection_mail("C-1011", "vision-01", "inbound-1#0", NOW)
    again = await seeded.queue_connection_mail("C-1011", "VISION-01", "inbound-1#0", NOW + timedelta(hours=1))
    assert first == again
    assert (first.sent_to, first.sent_at, first.queued_at, first.status) == ("contacto@opticavision.example", None, NOW, "queued")
    assert await mails(seeded) == 1
    await seeded.queue_connection_mail("C-1011", "VISION-01", "inbound-2#0", NOW)
    assert await mails(seeded) == 2
    assert (await seeded.read_desk("C-1011")).servers[0].connection_mails[0].status == "queued"


async def test_the_same_key_from_several_processes_at_once(seeded, open_store):
    stores = [seeded, open_store(), open_store()]
    queued = await asyncio.gather(*(store.queue_connection_mail("C-1011", "VISION-01", "same", NOW) for store in stores * 3))
    assert len(set(queued)) == 1
    assert await mails(seeded) == 1


async def test_a_mail_is_never_queued_for_the_server_of_another_desk(seeded):
    with pytest.raises(DeskUnknown):
        await seeded.queue_connection_mail("C-1001", "VISION-01", "key", NOW)
    for alias in ("", "VISION-01\x00", "\ud800", "vision-1"):
        with pytest.raises(DeskUnknown):
            await seeded.queue_connection_mail("C-1011", alias, "key", NOW)
    assert await mails(seeded) == 0


async def test_a_key_belongs_to_one_server(seeded):
    await seeded.queue_connection_mail("C-1011", "VISION-01", "key", NOW)
    with pytest.raises(MailKeyUsed):
        await seeded.queue_connection_mail("C-1001", "ESPERANZA-01", "key", NOW)


async def test_a_naive_moment_is_not_stored(seeded):
    with pytest.raises(ValueError, match="time zone"):
        await seeded.queue_connection_mail("C-1011", "VISION-01", "key", datetime(2026, 1, 1))
    assert await mails(seeded) == 0


async def test_reading_works_while_another_process_writes(seeded):
    async with held(own_database(seeded)) as run:
        await run(lambda connection: connection.execute(text("UPDATE desk SET name = 'Otro'")))
        assert (await seeded.read_desk("C-1001")).name == "Abarrotes La Esperanza"
    assert (await seeded.read_desk("C-1001")).name == "Otro"


async def test_a_lock_held_too_long_is_unavailable_and_writes_nothing(seeded, open_store):
    impatient = open_store(SOON)
    async with held(own_database(seeded)) as run:
        await run(lambda connection: connection.execute(text("UPDATE desk SET name = name")))
        if own_database(seeded).dialect == "postgresql":
            await run(lambda connection: connection.execute(text("LOCK TABLE connection_mail IN ACCESS EXCLUSIVE MODE")))
        with pytest.raises(AccountsUnavailable):
            await impatient.queue_connection_mail("C-1011", "VISION-01", "late", NOW)
    assert (await impatient.read_desk("C-1011")).id == "C-1011"
    assert await mails(seeded) == 0


async def test_a_caller_that_gives_up_leaves_the_store_usable(seeded):
    reading = asyncio.ensure_future(seeded.read_desk("C-1009"))
    await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert len((await seeded.read_desk("C-1009")).servers) == 5


ADDRESSES = [
    "sqlite:////nonexistent/folder/x.db",
    "postgresql+asyncpg://postgres@127.0.0.1:1/x",
    "postgresql+asyncpg://x@host.invalid/x",
]


@pytest.mark.parametrize("address", ADDRESSES)
async def test_a_database_that_is_not_there(address):
    store = create(load_settings({"DEMO": "1", "ACCOUNTS_DATABASE_URL": address}))
    for read in (store.read_desk("C-1001"), store.desk_exists("C-1001"), store.queue_connection_mail("C-1001", "A-1", "k", NOW)):
        with pytest.raises(AccountsUnavailable):
            await read
    await store.close()


async def test_a_database_without_tables(tmp_path, postgres_url):
    for address in (f"sqlite:///{tmp_path}/empty.db", postgres_url):
        store = Guarded(SqlAccounts(open_database(address)))
        with pytest.raises(AccountsUnavailable):
            await store.read_desk("C-1001")
        await store.close()


async def test_a_file_that_is_no_database(tmp_path):
    (tmp_path / "x.db").write_text("no database at all\n" * 1000)
    store = Guarded(SqlAccounts(open_database(f"sqlite:///{tmp_path}/x.db")))
    with pytest.raises(AccountsUnavailable):
        await store.read_desk("C-1001")
    await store.close()


@asynccontextmanager
async def listening(answer):
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


async def test_a_server_that_accepts_and_never_answers():
    release = asyncio.Event()

    async def silent(_reader, writer):
        await release.wait()
        writer.close()

    async with listening(silent) as port:
        store = Guarded(SqlAccounts(open_database(f"postgresql+asyncpg://postgres@127.0.0.1:{port}/x")), SOON)
        with pytest.raises(AccountsUnavailable):
            await store.read_desk("C-1001")
        await store.close()
        release.set()


async def on_postgres(postgres_url, seconds):
    await asyncio.to_thread(upgrade, postgres_url, "accounts")
    store = Guarded(SqlAccounts(open_database(postgres_url, command_seconds=seconds)), seconds)
    await seed(own_database(store), NOW)
    return store, postgres_url.rpartition("/")[2]


async def test_connections_that_died_are_replaced_unnoticed(postgres, postgres_url):
    store, database = await on_postgres(postgres_url, 2.0)
    await store.read_desk("C-1001")
    postgres.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")
    assert (await store.read_desk("C-1001")).id == "C-1001"
    await store.close()


async def test_a_frozen_server_is_unavailable_and_comes_back(postgres, postgres_url):
    store, database = await on_postgres(postgres_url, SOON)
    backends = [int(pid) for pid in postgres.run(f"SELECT pid FROM pg_stat_activity WHERE datname = '{database}'").split()]
    for pid in backends:
        os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(AccountsUnavailable):
            await store.read_desk("C-1001")
    finally:
        for pid in backends:
            os.kill(pid, signal.SIGCONT)
    await asyncio.wait(store._hanging)
    assert (await store.read_desk("C-1001")).id == "C-1001"
    await store.close()


async def test_a_server_that_stops_and_comes_back(postgres):
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    server = start_server(postgres.binaries, folder)
    try:
        store, _ = await on_postgres(server.url(server.create_database()), 2.0)
        server.stop()
        for _ in range(2):
            with pytest.raises(AccountsUnavailable):
                await store.read_desk("C-1001")
        server.start()
        assert (await store.read_desk("C-1001")).id == "C-1001"
        await store.close()
    finally:
        server.stop()
        shutil.rmtree(folder)


async def test_a_mail_that_went_out_is_noted_once(seeded):
    queued = await seeded.queue_connection_mail("C-1011", "VISION-01", "key-sent", NOW)
    assert queued.status == "queued"
    await seeded.connection_mail_sent("key-sent", NOW + timedelta(seconds=5))
    await seeded.connection_mail_sent("key-sent", NOW + timedelta(days=1))
    await seeded.connection_mail_sent("never queued", NOW)
    mails = (await seeded.read_desk("C-1011")).server("VISION-01").connection_mails
    assert [(mail.status, mail.sent_at) for mail in mails if mail.queued_at == NOW] == [("sent", NOW + timedelta(seconds=5))]
