"""Seeding puts exactly these rows into both databases, twice as well as once, and touches nobody else."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.accounts import models, own_database
from bot.accounts.demo import CUSTOMERS, reseed_desk, seed
from bot.errors import DeskUnknown
from tests.accounts.desks import NOW, demo_desk
from tests.accounts.rows import put


async def counts(database):
    queries = {name: select(func.count()).select_from(table) for name, table in models.Base.metadata.tables.items()}
    return await database.read(lambda connection: {name: connection.scalar(query) for name, query in queries.items()})


async def read_all(store):
    return {desk_id: await store.read_desk(desk_id) for desk_id in CUSTOMERS}


async def test_what_is_seeded_is_what_is_read(store, time_machine):
    time_machine.move_to(NOW, tick=False)
    await seed(own_database(store), NOW)
    assert await read_all(store) == {desk_id: demo_desk(desk_id, NOW) for desk_id in CUSTOMERS}


async def test_seeding_twice_is_seeding_once(store, time_machine):
    time_machine.move_to(NOW, tick=False)
    await seed(own_database(store), NOW)
    before, rows = await read_all(store), await counts(own_database(store))
    await seed(own_database(store), NOW)
    assert await read_all(store) == before
    assert await counts(own_database(store)) == rows


async def test_another_desk_survives_the_seeding(store):
    await put(own_database(store), models.Desk(id="REAL-1", name="Cliente", email="a@b.example", phones=[]))
    await seed(own_database(store), NOW)
    assert await store.desk_exists("REAL-1")


async def test_one_customer_is_put_back_and_the_others_are_left(store, time_machine):
    time_machine.move_to(NOW, tick=False)
    await seed(own_database(store), NOW)
    await store.queue_connection_mail("C-1011", "VISION-01", "first", NOW)
    await store.queue_connection_mail("C-1001", "ESPERANZA-01", "second", NOW)
    before = await read_all(store)
    later = NOW + timedelta(days=9)
    await reseed_desk(own_database(store), "C-1011", later)
    await reseed_desk(own_database(store), "C-1012", later)
    after = await read_all(store)
    time_machine.move_to(later, tick=False)
    for desk_id in ("C-1011", "C-1012"):
        assert await store.read_desk(desk_id) == demo_desk(desk_id, later)
    assert {desk_id: after[desk_id] for desk_id in CUSTOMERS if desk_id not in {"C-1011", "C-1012"}} == {
        desk_id: before[desk_id] for desk_id in CUSTOMERS if desk_id not in {"C-1011", "C-1012"}
    }
    assert (await counts(own_database(store)))["incident"] == 1


async def test_an_incident_shared_with_another_desk_stays(store):
    await seed(own_database(store), NOW)
    shared = models.Incident(id="shared", started_at=NOW, ended_at=None, text="Falla general")
    hit = (models.IncidentServer(incident_id="shared", server_id=server) for server in ("C-1001:ESPERANZA-01", "C-1002:HIDALGO-01"))
    await put(own_database(store), shared, *hit)
    await reseed_desk(own_database(store), "C-1001", NOW)
    assert (await store.read_desk("C-1002")).servers[0].incident.text == "Falla general"
    assert (await store.read_desk("C-1001")).servers[0].incident is None


async def test_many_log_ins_at_once(open_store):
    first, second = open_store(), open_store()
    await asyncio.gather(*(reseed_desk(own_database(store), "C-1009", NOW) for store in (first, second) * 2))
    assert len((await first.read_desk("C-1009")).servers) == 5


async def test_only_demo_customers_can_be_put_back(store):
    with pytest.raises(DeskUnknown):
        await reseed_desk(own_database(store), "REAL-1", NOW)
