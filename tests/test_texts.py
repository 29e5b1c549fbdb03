"""What the house itself says: the line with whether it answers, and a short privacy notice that leaves no purpose out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot import texts
from bot.channels.web import texts as web_texts
from bot.settings import load_settings

MEXICO = ZoneInfo("America/Mexico_City")
SETTINGS = load_settings({"INTERNAL_SECRET": "i" * 40, "SESSION_SECRET": "s" * 40, "PORTAL_JWT_SECRET": "p" * 40})
TUESDAY, SATURDAY = (datetime(2026, 11, day, 10, 0, tzinfo=MEXICO) for day in (24, 28))
URL = "https://portal.example/privacidad"


@pytest.mark.parametrize("says", [web_texts.delay, texts.parked, texts.resend_failed])
def test_whoever_is_sent_to_the_line_reads_whether_it_answers(says):
    assert "55 8000 9480 (abierta hoy hasta las 18:00)" in says(SETTINGS, TUESDAY)
    assert "55 8000 9480 (cerrada; abre el lunes 30 de noviembre a las 9:00)" in says(SETTINGS, SATURDAY)


def test_a_day_off_of_the_company_counts():
    settings = replace(SETTINGS, extra_holidays=(TUESDAY.date(),))
    assert "(cerrada; abre mañana, miércoles 25 de noviembre, a las 9:00)" in texts.parked(settings, TUESDAY)


def test_a_mail_is_read_later_and_says_the_hours():
    assert "55 8000 9480 (en días hábiles de 9:00 a 18:00 h)." in texts.mail_body("RUIZ-01", SETTINGS)


def test_what_was_given_up_is_known_by_how_it_begins():
    assert texts.parked(SETTINGS, SATURDAY).startswith(texts.PARKED)


def test_the_short_notice_names_who_is_responsible_every_purpose_and_the_whole_notice():
    named = replace(SETTINGS, privacy_responsible="Aspel de México, S.A. de C.V.")
    for settings, who in ((SETTINGS, "El servicio Servidor virtual"), (named, "Aspel de México, S.A. de C.V.")):
        notice = web_texts.privacy(replace(settings, privacy_url=URL), "http://chat.example")
        assert notice.startswith(who)
        assert notice.endswith(URL)
        assert [purpose for purpose in texts.PURPOSES if purpose not in notice] == []
