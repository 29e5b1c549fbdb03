"""Whatever an implementation does, a call ends in time and in one of four ways."""

import asyncio
import time

import pytest
import structlog

from bot.accounts import guard as guarding
from bot.accounts.demo import CUSTOMERS
from bot.accounts.guard import MOST_HANGING, Guarded
from bot.errors import AccountsUnavailable, DeskUnknown, MailKeyUsed
from tests.accounts.desks import NOW, demo_desk
from tests.accounts.double import MemoryAccounts

SOON = 0.1
PRIVATE = "postgresql://user:hunter2@host C-1003 Despacho Ruiz"


def guarded(does, seconds: float = SOON) -> Guarded:
    """A guard over an implementation whose every reading is `does`."""

    class Source(MemoryAccounts):
        async def read_desk(self, desk_id):
            return await does(desk_id)

    return Guarded(Source([]), seconds)


def sound(**changes) -> Guarded:
    accounts = Guarded(MemoryAccounts(demo_desk(desk_id, NOW) for desk_id in CUSTOMERS))
    for name, value in changes.items():
        setattr(accounts.source, name, value)
    return accounts


async def test_what_is_right_passes():
    accounts = sound()
    assert (await accounts.read_desk("C-1003")).name == "Despacho Contable Ruiz"
    assert await accounts.desk_exists("C-1003")
    assert not await accounts.desk_exists("C-9999")
    mail = await accounts.queue_connection_mail("C-1003", "RUIZ-01", "key", NOW)
    await accounts.connection_mail_sent("key", NOW)
    assert (mail.status, (await accounts.queue_connection_mail("C-1003", "RUIZ-01", "key", NOW)).status) == ("queued", "sent")


@pytest.mark.parametrize("error", [DeskUnknown("none"), MailKeyUsed("used")])
async def test_the_two_answers_that_are_errors_pass(error):
    async def raising(_desk_id):
        raise error

    with pytest.raises(type(error)):
        await guarded(raising).read_desk("C-1003")


@pytest.mark.parametrize(
    "error",
    [
        ValueError(PRIVATE),
        KeyError(PRIVATE),
        OSError(PRIVATE),
        AccountsUnavailable(PRIVATE),
        AssertionError(PRIVATE),
        asyncio.CancelledError(),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_every_other_error_is_unavailable_with_its_kind_only(error):
    async def raising(_desk_id):
        raise error

    with structlog.testing.capture_logs() as logs, pytest.raises(AccountsUnavailable) as refused:
        await guarded(raising).read_desk("C-1003")
    kind = "TimeoutError" if isinstance(error, asyncio.CancelledError) else type(error).__name__
    assert str(refused.value) == kind
    assert [(log["method"], log["kind"]) for log in logs] == [("read_desk", kind)]
    assert "hunter2" not in str(logs)


async def test_a_method_that_is_not_async_or_not_there():
    for changes in ({"read_desk": lambda _: demo_desk("C-1003", NOW)}, {"read_desk": None}):
        with pytest.raises(AccountsUnavailable, match="TypeError"):
            await sound(**changes).read_desk("C-1003")


async def in_time(accounts: Guarded) -> None:
    begun = time.monotonic()
    with pytest.raises(AccountsUnavailable, match="TimeoutError"):
        await accounts.read_desk("C-1003")
    assert time.monotonic() - begun < 10


async def test_one_that_hangs_is_given_up():
    await in_time(guarded(lambda _: asyncio.sleep(60)))


async def test_one_that_ignores_being_cancelled_is_given_up_all_the_same():
    release = asyncio.Event()

    async def stubborn(_desk_id):
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue
        raise RuntimeError("too late for anybody")

    accounts = guarded(stubborn)
    await in_time(accounts)
    release.set()
    await accounts.close()
    assert not accounts._hanging


async def test_too_many_that_hang_keep_others_from_beginning_until_they_end():
    release, begun = asyncio.Event(), []

    async def stubborn(desk_id):
        begun.append(desk_id)
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue
        raise DeskUnknown("none")

    accounts = guarded(stubborn, 0.01)
    await asyncio.gather(*(accounts.read_desk("C-1003") for _ in range(MOST_HANGING)), return_exceptions=True)
    with pytest.raises(AccountsUnavailable, match="too many"):
        await accounts.read_desk("C-1003")
    assert len(begun) == MOST_HANGING
    release.set()
    await asyncio.wait(accounts._hanging)
    with pytest.raises(DeskUnknown):
        await accounts.read_desk("C-1003")


async def test_a_caller_that_gives_up_cancels_the_reading():
    cancelled = asyncio.Event()

    async def slow(_desk_id):
        try:
            await asyncio.sleep(60)
        finally:
            cancelled.set()

    reading = asyncio.ensure_future(guarded(slow, 60).read_desk("C-1003"))
    await asyncio.sleep(0.01)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await asyncio.wait_for(cancelled.wait(), 60)


async def test_what_breaks_the_contract_is_not_told_and_its_field_is_logged():
    async def naive(_desk_id):
        desk = demo_desk("C-1003", NOW)
        object.__setattr__(desk.servers[0].payments[0], "charged_at", NOW.replace(tzinfo=None))
        return desk

    with structlog.testing.capture_logs() as logs, pytest.raises(AccountsUnavailable, match="contract"):
        await guarded(naive).read_desk("C-1003")
    assert logs[0]["fields"] == ["servers[0].payments[0].charged_at: has no time zone: attach the one it was meant in"]


async def test_the_desk_of_somebody_else_is_not_told():
    async def another(_desk_id):
        return demo_desk("C-1001", NOW)

    with pytest.raises(AccountsUnavailable, match="contract"):
        await guarded(another).read_desk("C-1003")


@pytest.mark.parametrize("answer", [None, 1, "C-1003"])
async def test_other_answers_are_looked_over_too(answer):
    async def gives(*_arguments):
        return answer

    accounts = sound(desk_exists=gives, desks_by_phone=gives, desks_by_mail=gives, queue_connection_mail=gives)
    for call in (
        accounts.desk_exists("C-1003"),
        accounts.desks_by_phone("5510001003"),
        accounts.desks_by_mail("a@b.example"),
        accounts.queue_connection_mail("C-1003", "RUIZ-01", "key", NOW),
    ):
        with pytest.raises(AccountsUnavailable, match="contract"):
            await call


async def test_a_mistake_of_the_caller_is_one_and_nobody_is_asked():
    accounts = sound(queue_connection_mail=None, connection_mail_sent=None)
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(ValueError, match="time zone"):
        await accounts.queue_connection_mail("C-1003", "RUIZ-01", "key", naive)
    with pytest.raises(ValueError, match="time zone"):
        await accounts.connection_mail_sent("key", naive)


async def test_one_complaint_a_minute(monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr(guarding.time, "monotonic", lambda: clock[0])

    async def raising(_desk_id):
        raise OSError

    accounts = guarded(raising)
    with structlog.testing.capture_logs() as logs:
        for moment in (1000.0, 1030.0, 1059.0, 1061.0):
            clock[0] = moment
            with pytest.raises(AccountsUnavailable):
                await accounts.read_desk("C-1003")
    assert len(logs) == 2


@pytest.mark.parametrize("written", ["5510001003", "+52 1 55 1000 1003", "5215510001003"])
async def test_a_desk_is_found_by_its_number_however_it_is_written(written):
    assert await sound().desks_by_phone(written) == ("C-1003",)


async def test_a_desk_is_found_by_its_address_whatever_its_case():
    assert await sound().desks_by_mail(" Contacto@DespachoRuiz.example ") == ("C-1003",)
    assert await sound().desks_by_mail("contacto@despacho-ruiz.example") == ()


MANY = ["+525510001003", "+525510001004", "+525599999999"]


async def test_many_numbers_are_looked_up_one_by_one_where_the_implementation_knows_no_better():
    assert await sound().desks_by_phones(MANY) == {MANY[0]: ("C-1003",), MANY[1]: ("C-1004",), MANY[2]: ()}


async def test_many_numbers_at_once_are_checked_as_one():
    async def found(phones):
        assert phones == MANY
        return {MANY[0]: ("C-1003",)}

    assert await sound(desks_by_phones=found).desks_by_phones(MANY) == {MANY[0]: ("C-1003",)}


@pytest.mark.parametrize("wrong", [None, ["C-1003"], {"+525510001003": "C-1003"}, {"+525510001003": (1,)}])
async def test_a_wrong_answer_to_many_numbers_is_none(wrong):
    async def found(_phones):
        return wrong

    with pytest.raises(AccountsUnavailable):
        await sound(desks_by_phones=found).desks_by_phones(MANY)


async def test_what_is_no_number_is_nobodys_and_nobody_is_asked():
    accounts = sound(desks_by_phone=None, desks_by_mail=None)
    assert (await accounts.desks_by_phone("no tengo"), await accounts.desks_by_mail("nada")) == ((), ())


async def test_closing_never_fails():
    async def failing():
        raise OSError

    await sound(close=failing).close()
