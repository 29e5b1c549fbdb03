"""Every setting is documented and validated; a bad value stops the start and names its variable; secrets stay out of sight."""

from __future__ import annotations

import ast
import dataclasses
import subprocess
import sys
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bot.settings
from bot.commands import settings as command
from bot.errors import SettingsError
from bot.settings import MAX_DAYS, MIN_SECRET_CHARACTERS, ROOT, Secret, Settings, load_settings

FIELDS = dataclasses.fields(Settings)
VARIABLES = [each.metadata["variable"] for each in FIELDS]
WHATSAPP = {f"WHATSAPP_{name}": "w" * 40 for name in ("ACCESS_TOKEN", "APP_SECRET", "VERIFY_TOKEN")}
OWN = {"INTERNAL_SECRET": "i" * 40, "SESSION_SECRET": "s" * 40, "PORTAL_JWT_SECRET": "p" * 40}
GOOD = {**OWN, **WHATSAPP}
VAPID = "A" * 42 + "E"
"""The key 1."""
SIGN_ON = {"OIDC_ISSUER": "https://login.empresa.example/v2/", "OIDC_CLIENT_ID": "consola", "OIDC_CLIENT_SECRET": "s"}
CONSOLE = {"CONSOLE_URL": "https://asistente.example/console"}
DESIGN = ["DATABASE_URL", "ACCOUNTS_DATABASE_URL", "BIND_HOST", "BIND_PORT", "TRUSTED_PROXIES", "DIALOGUE_URLS", "ACTIONS_URL", "INTERNAL_SECRET", "DEMO", "SUPPORT_PHONE", "SUPPORT_HOURS", "SAE_REMOTO_URL", "TUTORIALS_URL", "PRIVACY_URL", "PORTAL_URL", "SESSION_SECRET", "SESSION_TTL", "PORTAL_JWT_SECRET", "PORTAL_JWT_PUBLIC_KEY", "PORTAL_JWT_AUDIENCE", "ALLOWED_ORIGINS", "SMTP_URL", "LOG_LEVEL"]  # fmt: skip


def load(**environ: str) -> Settings:
    return load_settings({**GOOD, **environ})


# --- documented -----------------------------------------------------------------------------------------------------


def test_the_settings_of_the_design_are_there():
    assert set(DESIGN) <= set(VARIABLES)
    assert any(variable.startswith("RATE_") for variable in VARIABLES)


def test_each_variable_once_and_named_after_its_field():
    assert len(set(VARIABLES)) == len(VARIABLES)
    assert [each.name.upper() for each in FIELDS] == VARIABLES


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_each_says_what_it_means(field):
    assert len(field.metadata["help"].split()) >= 2


def test_the_document_is_as_written_by_the_command():
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8").strip() == command.markdown().strip()


def test_the_command_lists_every_setting():
    for lines in (command.plain(), command.markdown()):
        assert [variable for variable in VARIABLES if variable not in lines] == []


def test_nobody_else_reads_the_environment():
    allowed = {  # what is set for libraries and for our own processes, and what systemd tells its own children
        ROOT / "bot" / "settings.py", ROOT / "bot" / "dialogue" / "rasa" / "quiet.py", ROOT / "bot" / "watchdog.py",
        ROOT / "bot" / "dialogue" / "rasa" / "kernels.py", ROOT / "bot" / "supervisor" / "process.py",
    }  # fmt: skip
    readers = []
    for path in [*(ROOT / "bot").rglob("*.py"), *(ROOT / "actions").rglob("*.py")]:
        names = {node.attr for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Attribute)}
        if names & {"environ", "getenv"} and path not in allowed:
            readers.append(path)
    assert readers == []


# --- read -----------------------------------------------------------------------------------------------------------


def test_defaults_are_the_rules_of_the_business():
    settings = load()
    assert (settings.max_servers, settings.grace_days, settings.retention_days, settings.creation_minutes) == (5, 3, 30, 15)
    assert (settings.change_cutoff_business_hours, settings.bank_confirmation_business_days, settings.invoice_business_days) == (72, 3, 5)
    assert settings.timezone.key == "America/Mexico_City"
    assert settings.support_phone == "55 8000 9480"
    assert (settings.support_hours.opens, settings.support_hours.closes) == (time(9), time(18))
    assert (settings.bind_host, settings.bind_port, settings.demo) == ("127.0.0.1", 8080, False)
    assert settings.actions_url == ("http://127.0.0.1:5155",)
    assert settings.dialogue_urls == ("http://127.0.0.1:5105",)


@pytest.mark.parametrize(
    ("variable", "value", "read"),
    [
        ("ACCOUNTS_FACTORY", "erp.accounts:create", "erp.accounts:create"),
        ("BIND_PORT", "1", 1),
        ("BIND_PORT", " 65535 ", 65535),
        ("SESSION_TTL", "60", timedelta(seconds=60)),
        ("DIALOGUE_URLS", "http://a:1/, http://b:2", ("http://a:1", "http://b:2")),
        ("TRUSTED_PROXIES", "127.0.0.1, ::1", ("127.0.0.1", "::1")),
        ("TRUSTED_PROXIES", "", ()),
        ("FORWARD_DOMAINS", " Empresa.example, otra.example ", ("empresa.example", "otra.example")),
        ("FORWARD_DOMAINS", "", ()),
        ("SUPPORT_HOURS", "08:30-17:15", bot.settings.SupportHours(time(8, 30), time(17, 15))),
        ("EXTRA_HOLIDAYS", "2026-12-24,2026-12-31", (date(2026, 12, 24), date(2026, 12, 31))),
        ("ALLOWED_ORIGINS", "https://portal.example, http://localhost:3000", ("https://portal.example", "http://localhost:3000")),
        ("PORTAL_URL", "https://portal.example/soporte/", "https://portal.example/soporte"),
        ("SAE_REMOTO_URL", "", ""),
        ("LOG_LEVEL", "debug", "DEBUG"),
        ("GRACE_DAYS", str(MAX_DAYS), MAX_DAYS),
        ("DATABASE_URL", "postgresql+asyncpg://u:p@h/db", "postgresql+asyncpg://u:p@h/db"),
        ("VAPID_PRIVATE_KEY", f"{VAPID}=", f"{VAPID}="),
        ("VAPID_PRIVATE_KEY", "_____wAAAAD__________7zm-q2nF56E87nKwvxjJVA", "_____wAAAAD__________7zm-q2nF56E87nKwvxjJVA"),
    ],
)
def test_good_values(variable, value, read):
    assert getattr(load(**{variable: value}), variable.lower()) == read


def test_settings_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        load().demo = True  # type: ignore[misc]


# --- refused --------------------------------------------------------------------------------------------------------

BAD = {
    "DATABASE_URL": ["", "ledger.db", "/var/ledger.db"],
    "ACCOUNTS_DATABASE_URL": ["", "accounts.db"],
    "ACCOUNTS_FACTORY": ["erp", "erp:", ":create", "erp.accounts", "erp-accounts:create", "erp:create()", "../erp:create", "erp:a:b"],
    "BIND_HOST": ["", "  "],
    "BIND_PORT": ["", "0", "-1", "65536", "eight", "80.0", "9" * 5000],
    "TRUSTED_PROXIES": ["proxy", "10.0.0.0/8", "127.0.0.1;::1"],
    "DIALOGUE_URLS": ["", ",", "127.0.0.1:5105", "http://127.0.0.1", "http://127.0.0.1:99999", "http://:5105", "ftp://a:1", "http://a:x"],
    "ACTIONS_URL": ["", "127.0.0.1:5155", "http://127.0.0.1", "http://[::1", "http://a b:1"],
    "INTERNAL_SECRET": ["", "short", "x" * (MIN_SECRET_CHARACTERS - 1)],
    "DEMO": ["", "yes", "true", "2", "-1"],
    "SUPPORT_PHONE": [""],
    "SUPPORT_HOURS": ["", "9-18", "18:00-09:00", "09:00-09:00", "09:00", "25:00-26:00", "09:00+00:00-18:00", "09:00-18:00Z", "9 a 6"],
    "SAE_REMOTO_URL": ["guia", "javascript:alert(1)", "http://", "//portal.example", "data:text/html,x"],
    "TUTORIALS_URL": ["tutoriales", "javascript:alert(1)"],
    "PRIVACY_URL": ["privacidad", "javascript:alert(1)"],
    "PORTAL_URL": ["portal", "javascript:alert(1)"],
    "SESSION_SECRET": ["", "short"],
    "SESSION_TTL": ["", "0", "-5", "1h", "9" * 30, "1e3"],
    "PORTAL_JWT_SECRET": ["", "short"],
    "PORTAL_JWT_AUDIENCE": [""],
    "ALLOWED_ORIGINS": ["*", "https://*.example", "https://a.example/path", "portal.example", "null", "ftp://a.example"],
    "MAIL_FROM": [""],
    "FORWARD_DOMAINS": ["@empresa.example", "https://empresa.example", "empresa.example otra.example"],
    "RATE_MESSAGES_PER_MINUTE": ["0", "-1", "many", "9" * 30],
    "RATE_VISITORS_PER_MINUTE": ["0", "-1", "many"],
    "RATE_SESSIONS_PER_MINUTE": ["0"],
    "RATE_TURNS_AT_ONCE": ["0"],
    "LOG_LEVEL": ["", "LOUD", "TRACE"],
    "TIMEZONE": ["", "Mexico", "America", "../../etc/passwd", "/etc/passwd", "GMT+6 o'clock"],
    "EXTRA_HOLIDAYS": ["24/12/2026", "2026-13-01", "2026-02-30", "navidad"],
    "MAX_SERVERS": ["0", "five"],
    "GRACE_DAYS": ["0", "-3", str(MAX_DAYS + 1)],
    "RETENTION_DAYS": ["0", str(10**7)],
    "CREATION_MINUTES": ["0"],
    "CHANGE_CUTOFF_BUSINESS_HOURS": ["0", str(10**7)],
    "BANK_CONFIRMATION_BUSINESS_DAYS": ["0", str(10**7)],
    "INVOICE_BUSINESS_DAYS": ["0", str(10**7)],
    "WHATSAPP_PHONE_NUMBER_ID": ["+52 55", "１２３"],
    "WHATSAPP_API_VERSION": ["26", "v26", "v26.0/x"],
    "WHATSAPP_MESSAGES_PER_SECOND": ["0", "1", "80.5"],
    "WHATSAPP_PRICE_MXN": ["-1", "x", "nan"],
    "VAPID_PRIVATE_KEY": [
        "short",
        "A" * 43,
        "_" * 43,
        "A" * 86,
        "á" * 43,
        f"{VAPID}!",
        "-----BEGIN PRIVATE KEY-----",
        "_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE",
    ],  # of 32 bytes: zero, and what is no less than the curve's order
    "VAPID_CONTACT": ["nobody", "a@b@c", "mailto:a@b c"],
    # good by themselves, and nothing without another one: the one that was written is named
    "ANCHOR_MAIL_TO": ["auditor@contadores.example"],
    "PORTAL_JWKS_URL": ["https://portal.example/jwks", "http://127.0.0.1/jwks"],
    "OIDC_ISSUER": [
        "https://login.example", "http://login.example", "login.example", "https://u:p@login.example", "https://login.example/?a=1",
        "https://login.example/#a", "http://127.evil.example", "https://", "https://login.example/a b",
    ],
    "OIDC_CLIENT_ID": ["consola"],
    "OIDC_CLIENT_SECRET": ["secret", "file:secret", "file:///no/such/file", "file:///", "file:", "file://%00"],
    "OIDC_CLAIM": ["", "name", "mail"],
    "OIDC_NEW_AGENTS": ["", "yes"],
}  # fmt: skip


@pytest.mark.parametrize(("variable", "value"), [(variable, value) for variable, values in BAD.items() for value in values])
def test_a_bad_value_names_its_variable(variable, value):
    with pytest.raises(SettingsError, match=rf"^{variable}\b"):
        load(**{variable: value})


@pytest.mark.parametrize("variable", VARIABLES)
@given(value=st.text(max_size=40) | st.from_regex(r"[a-z]{1,5}:(//)?[^ ]{0,12}", fullmatch=True) | st.integers().map(str))
def test_any_value_is_taken_or_refused_by_name(variable, value):
    if variable == "DEMO":  # good values would make secrets in var/
        value += "x"
    try:
        assert isinstance(load(**{variable: value}), Settings)
    except SettingsError as error:
        named = str(error).partition(":")[0]
        assert named == variable


def test_unknown_variables_are_passed_over():
    assert load(SOMETHING_ELSE="x") == load()


# --- secrets --------------------------------------------------------------------------------------------------------

HIDDEN = "hunter2-hunter2-hunter2-hunter2-hunter2"
SECRETS = [each.metadata["variable"] for each in FIELDS if each.type == "Secret"]


def test_everything_that_is_a_secret_is_one():
    kept = ("SECRET", "TOKEN", "KEY", "SMTP_URL", "DATABASE_URL")
    assert {variable for variable in VARIABLES if any(word in variable for word in kept)} - set(SECRETS) == {
        "PORTAL_JWT_PUBLIC_KEY",
        "PORTAL_JWT_PREVIOUS_PUBLIC_KEY",
    }


@pytest.mark.parametrize("variable", SECRETS)
def test_a_secret_hides_itself(variable):
    value = f"postgresql+asyncpg://u:{HIDDEN}@h/db" if "DATABASE" in variable else f"{HIDDEN}-aaA" if "VAPID" in variable else HIDDEN
    settings = load(**SIGN_ON | CONSOLE | {variable: value})
    secret = getattr(settings, variable.lower())
    assert secret == value
    assert isinstance(secret, Secret)
    for shown in (repr(settings), str(settings), repr(secret), repr([secret]), repr({"a": secret}), f"{settings}", f"{secret!r}"):
        assert HIDDEN not in shown


def test_a_refused_secret_is_not_told():
    for variable in (*OWN, "DATABASE_URL", "ACCOUNTS_DATABASE_URL", "VAPID_PRIVATE_KEY"):
        with pytest.raises(SettingsError) as refused:
            load(**{variable: "hunter2"})
        assert "hunter2" not in str(refused.value)


def test_an_empty_secret_says_so():
    assert repr(Secret("")) == "Secret(empty)"
    assert repr(Secret("x")) == "Secret(…)"


@pytest.mark.parametrize("variable", OWN)
def test_secrets_are_required_outside_the_demo(variable):
    without = {name: value for name, value in GOOD.items() if name != variable}
    with pytest.raises(SettingsError, match=variable):
        load_settings(without)
    with pytest.raises(SettingsError, match=variable):
        load_settings({**without, "DEMO": "0"})


def test_a_public_key_stands_for_the_portals_secret():
    pem = "-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----"
    settings = load(PORTAL_JWT_SECRET="", PORTAL_JWT_PUBLIC_KEY=pem)
    assert (settings.portal_jwt_secret, settings.portal_jwt_public_key) == ("", pem)


@pytest.mark.parametrize("variable", WHATSAPP)
def test_a_number_of_whatsapp_needs_its_secrets(variable):
    with pytest.raises(SettingsError, match=f"^{variable}: is required"):
        load(WHATSAPP_PHONE_NUMBER_ID="106000000000001", **{variable: ""})


@pytest.mark.parametrize("missing", SIGN_ON)
@pytest.mark.parametrize("how", ["left out", "empty"])
def test_half_a_sign_on_is_refused(missing, how):
    given = {**SIGN_ON, **CONSOLE, missing: ""}
    if how == "left out":
        del given[missing]
    with pytest.raises(SettingsError, match=rf"^OIDC_\w+: needs {missing}$"):
        load(**given)


@pytest.mark.parametrize(
    "address",
    ["", "http://asistente.example/console", "https://asistente.example", "https://asistente.example/console/entrar", "https://a.example/console?a=1",
     "https://u@asistente.example/console", "https://asistente.example/a/console"],
)  # fmt: skip
def test_a_sign_on_needs_an_address_to_come_back_to(address):
    with pytest.raises(SettingsError, match=r"^CONSOLE_URL: "):
        load(**SIGN_ON, CONSOLE_URL=address)


def test_a_whole_sign_on_is_read_to_the_letter(tmp_path):
    (tmp_path / "el secreto").write_text("hunter2\n", encoding="utf-8")
    settings = load(**{**SIGN_ON, **CONSOLE, "OIDC_CLIENT_SECRET": f"file://{tmp_path}/el%20secreto", "OIDC_ACR_VALUES": "phr, urn:mfa"})
    assert settings.oidc_issuer == "https://login.empresa.example/v2/"
    assert settings.oidc_client_secret == "hunter2"
    assert isinstance(settings.oidc_client_secret, Secret)
    assert settings.oidc_acr_values == ("phr", "urn:mfa")
    assert (settings.oidc_claim, settings.oidc_new_agents) == ("sub", False)
    assert load(**{**SIGN_ON, "OIDC_ISSUER": "http://127.0.0.1:9", "CONSOLE_URL": "http://localhost:8080/console/"}).console_url.endswith(
        "/console"
    )


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe"])
def test_a_file_that_holds_no_secret_is_refused(tmp_path, content):
    (tmp_path / "secret").write_bytes(content)
    with pytest.raises(SettingsError, match=r"^OIDC_CLIENT_SECRET: "):
        load(**{**SIGN_ON, **CONSOLE, "OIDC_CLIENT_SECRET": f"file://{tmp_path}/secret"})


def test_each_sealing_key_is_long_enough():
    with pytest.raises(SettingsError, match=r"^SEALING_KEY: must have at least 32"):
        load(SEALING_KEY=f"{'k' * 40}, hunter2")
    assert load(SEALING_KEY=f"{'k' * 40}, {'l' * 40}").sealing_key == f"{'k' * 40}, {'l' * 40}"


# --- the demo's own secrets -----------------------------------------------------------------------------------------


@pytest.fixture
def var(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(bot.settings, "VAR", tmp_path / "var")
    return tmp_path / "var"


def test_the_demo_makes_its_secrets_once(var):
    first, again = load_settings({"DEMO": "1"}), load_settings({"DEMO": "1"})
    made = (first.internal_secret, first.session_secret, first.portal_jwt_secret, first.vapid_private_key)
    assert len(set(made)) == 4
    assert all(len(secret) >= MIN_SECRET_CHARACTERS for secret in made)
    assert again == first
    kept = sorted(path.name for path in var.iterdir())
    assert kept == ["internal_secret.txt", "portal_jwt_secret.txt", "session_secret.txt", "vapid_private_key.txt"]
    assert {path.stat().st_mode & 0o777 for path in var.iterdir()} == {0o600}


def test_a_given_secret_wins_in_the_demo_too(var):
    assert load_settings({**GOOD, "VAPID_PRIVATE_KEY": VAPID, "DEMO": "1"}).internal_secret == "i" * 40
    assert not list(var.glob("*.txt"))


def test_the_demo_keeps_mails_in_a_folder(var):
    assert load_settings({"DEMO": "1"}).smtp_url == f"file://{var}/outbox"
    assert load_settings({"DEMO": "1", "SMTP_URL": "smtp://mail:25"}).smtp_url == "smtp://mail:25"
    assert load().smtp_url == ""


TOGETHER = """
import pathlib, sys, time
import bot.settings
bot.settings.VAR = pathlib.Path(sys.argv[1])
begin = pathlib.Path(sys.argv[2])
print("here", flush=True)
while not begin.exists():
    time.sleep(0.001)
made = bot.settings.load_settings({"DEMO": "1"})
print(str(made.internal_secret), str(made.session_secret), str(made.portal_jwt_secret))
"""


def test_processes_started_together_agree(tmp_path):
    """`python -m bot up` starts three at once."""
    begin = tmp_path / "begin"
    command = [sys.executable, "-c", TOGETHER, str(tmp_path / "var"), str(begin)]
    processes = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "here\n"
    begin.touch()
    answers = {process.communicate()[0] for process in processes}
    assert [process.returncode for process in processes] == [0] * 4
    assert len(answers) == 1
    assert len(answers.pop().split()) == 3
    assert all(path.suffix == ".txt" for path in (tmp_path / "var").iterdir()), "nothing is left lying about"
