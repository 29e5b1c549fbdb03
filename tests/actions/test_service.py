"""Questions on the service and on the customer's own servers, as the customer reads the answers."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from actions.escalation import escalation_code
from tests.actions.rendering import (
    MEXICO,
    NOW,
    ago,
    ask,
    at,
    desk,
    health,
    incident,
    payment,
    server,
    subscription,
)

LINE = "Línea de soporte: 55 8000 9480 (abierta hoy hasta las 18:00)."
FRIDAY_EVENING = datetime(2026, 11, 27, 19, 0, tzinfo=MEXICO)

RUNNING = server("CENTRAL-01", health=health("up", at(NOW.date(), "09:58")))
CREATING = server("CENTRAL-01", "provisioning", payments=(payment(charged_at=ago(minutes=6)),))
WAITING = server(
    "NORTE-01", "provisioning", subscription=subscription(None), payments=(payment("pending", "bank_account", at(date(2026, 11, 23))),)
)
LATE = server(
    "MERCADO-01", "provisioning", subscription=subscription(None), payments=(payment("pending", "bank_account", at(date(2026, 11, 13))),)
)
SUSPENDED = server("OCAMPO-01", "suspended", subscription=subscription(date(2026, 11, 12), status="expired"))
DELETED = server("LIRIO-01", "deleted", subscription=subscription(date(2026, 10, 14), status="expired"))
IN_GRACE = server("RUIZ-01", subscription=subscription(date(2026, 11, 22), status="grace"), health=health("up", at(NOW.date(), "09:58")))


class TestWhatItIs:
    GENERAL = (
        "Servidor virtual es un servicio que te permite acceder de forma remota a los Sistemas Aspel SAE, CAJA, BANCO y PROD "
        "de forma sencilla y segura, desde cualquier lugar y momento."
    )

    async def test_a_visitor_is_told_how_to_be_recognised(self):
        visitor = await ask("faq_que_es")
        assert visitor.text == (
            f"{self.GENERAL}\n\nSi quieres que revise también los datos de tu cuenta, entra a tu escritorio de servicios y abre este chat desde ahí."
        )
        assert "(https://portal.example)" in (await ask("faq_que_es", portal_url="https://portal.example")).text

    @pytest.mark.parametrize(
        ("servers", "live"),
        [
            ([RUNNING], "Tú ya tienes uno contratado: CENTRAL-01."),
            ([RUNNING, server("CENTRAL-02")], "Tú ya tienes varios contratados: CENTRAL-01 y CENTRAL-02."),
            ([RUNNING, DELETED], "Tú ya tienes uno contratado: CENTRAL-01."),
        ],
    )
    async def test_a_customer_hears_of_the_own_servers(self, servers, live):
        assert (await ask("faq_que_es", desk(*servers))).text == f"{self.GENERAL}\n\n{live}"

    @pytest.mark.parametrize("servers", [[], [DELETED]])
    async def test_nothing_is_added_without_servers(self, servers):
        assert (await ask("faq_que_es", desk(*servers))).text == self.GENERAL

    async def test_without_live_state_the_general_answer_and_the_line(self):
        text = (await ask("faq_que_es", desk(RUNNING), away=True, now=FRIDAY_EVENING)).text
        assert text == (
            f"{self.GENERAL}\n\nEn este momento no puedo consultar los datos de tu cuenta. Inténtalo de nuevo en unos minutos o llama a soporte."
            "\n\nLínea de soporte: 55 8000 9480 (cerrada; abre el lunes 30 de noviembre a las 9:00)."
            f" Tu folio: {escalation_code('inbound-1', 'datos_no_disponibles', 1)}."
        )


class TestMaximum:
    @pytest.mark.parametrize(
        ("count", "live"),
        [
            (0, "Por ahora no tienes ninguno contratado, así que puedes contratar los 5."),
            (1, "Tienes 1 de 5: S-01. Puedes contratar 4 más."),
            (4, "Tienes 4 de 5: S-01, S-02, S-03 y S-04. Puedes contratar 1 más."),
            (5, "Ya tienes los 5: S-01, S-02, S-03, S-04 y S-05. Por ahora no puedes contratar otro en este escritorio de servicios."),
        ],
    )
    async def test_how_many_are_left(self, count, live):
        answer = await ask("faq_cantidad_maxima", desk(*(server(f"S-0{n + 1}") for n in range(count))))
        assert answer.text == f"Puedes contratar hasta 5 servidores virtuales por escritorio de servicios.\n\n{live}"
        assert answer.told() == {("virtual_server", "contracted", str(count), None)}

    async def test_deleted_and_cancelled_servers_do_not_count(self):
        answer = await ask("faq_cantidad_maxima", desk(RUNNING, DELETED, server("VIEJO-01", "cancelled")))
        assert "Tienes 1 de 5: CENTRAL-01." in answer.text


class TestOperatingSystem:
    @pytest.mark.parametrize(
        ("system", "live"),
        [
            ("Windows Server 2012 R2", "Es el que tiene CENTRAL-01."),
            ("Windows Server 2019", "En tu caso, CENTRAL-01 aparece registrado con Windows Server 2019."),
        ],
    )
    async def test_the_own_system(self, system, live):
        answer = await ask("faq_sistema_operativo", desk(server(os=system)))
        parts = ["Todas las soluciones incluyen Windows Server 2012 R2.", live]
        assert answer.text == "\n\n".join(parts if system.endswith("R2") else reversed(parts))
        assert answer.told() == {("virtual_server", "os", system, "CENTRAL-01")}

    async def test_a_line_for_each_of_several(self):
        answer = await ask("faq_sistema_operativo", desk(server("A-01"), server("B-01", os="Windows Server 2019")))
        assert answer.text == "En tus servidores:\n• A-01: Windows Server 2012 R2\n• B-01: Windows Server 2019"

    async def test_a_deleted_server_has_none(self):
        answer = await ask("faq_sistema_operativo", desk(DELETED))
        assert "LIRIO-01 ya fue eliminado" in answer.text
        assert "Es el que tiene" not in answer.text


class TestState:
    """consultar_servidor, and the same state beneath FAQ 11."""

    @pytest.mark.parametrize(
        ("of", "text"),
        [
            (
                RUNNING,
                (
                    "CENTRAL-01 está activo; en la última revisión, hoy a las 9:58, estaba encendido y respondiendo. "
                    "Si aun así no puedes entrar, revisa tus datos de conexión o cambia tu contraseña."
                ),
            ),
            (
                server(health=health("down", at(NOW.date(), "09:58"))),
                (
                    "CENTRAL-01 está activo, pero en la última revisión, hoy a las 9:58, no respondía. "
                    f"No hay un incidente registrado; repórtalo a soporte.\n\n{LINE}"
                    f" Tu folio: {escalation_code('inbound-1', 'servidor_sin_acceso', 1)}."
                ),
            ),
            (
                server(health=None),
                f"CENTRAL-01 está activo, pero no tengo una revisión reciente para decirte si está encendido. Soporte lo puede revisar.\n\n{LINE}",
            ),
            (
                server(incident=incident(at(NOW.date(), "09:10"), "Falla de red."), health=health("down", at(NOW.date(), "09:58"))),
                (
                    "CENTRAL-01 tiene un incidente abierto desde hoy a las 9:10: Falla de red. "
                    f"En la última revisión, hoy a las 9:58, no respondía.\n\n{LINE}"
                ),
            ),
            (
                server(incident=incident(at(NOW.date(), "09:10"), "Falla de red."), health=health("up", at(NOW.date(), "09:58"))),
                (
                    "CENTRAL-01 tiene un incidente abierto desde hoy a las 9:10: Falla de red. "
                    f"En la última revisión, hoy a las 9:58, ya respondía.\n\n{LINE}"
                ),
            ),
            (
                server(incident=incident(at(NOW.date(), "09:10"), "Falla de red."), health=None),
                f"CENTRAL-01 tiene un incidente abierto desde hoy a las 9:10: Falla de red.\n\n{LINE}",
            ),
            (
                SUSPENDED,
                (
                    "OCAMPO-01 está suspendido porque su vigencia terminó el jueves 12 de noviembre. "
                    f"Tu información se resguarda hasta el sábado 12 de diciembre. Para reactivarlo, llama a soporte.\n\n{LINE}"
                ),
            ),
            (
                server("OCAMPO-01", "suspended", subscription=subscription(date(2027, 3, 1))),
                f"OCAMPO-01 está suspendido. Para saber el motivo y reactivarlo, llama a soporte.\n\n{LINE}",
            ),
            (
                server("OCAMPO-01", "suspended", subscription=None),
                f"OCAMPO-01 está suspendido. Para saber el motivo y reactivarlo, llama a soporte.\n\n{LINE}",
            ),
            (
                DELETED,
                (
                    "LIRIO-01 ya fue eliminado: su vigencia terminó el miércoles 14 de octubre y el resguardo de su información, el viernes 13 "
                    f"de noviembre. Si necesitas algo sobre él, llama a soporte.\n\n{LINE}"
                ),
            ),
            (
                server("LIRIO-01", "deleted", subscription=None),
                f"LIRIO-01 ya fue eliminado. Si necesitas algo sobre él, llama a soporte.\n\n{LINE}",
            ),
            (server("LIRIO-01", "cancelled"), f"LIRIO-01 está cancelado. Si necesitas algo sobre él, llama a soporte.\n\n{LINE}"),
        ],
    )
    async def test_one_server(self, of, text):
        assert (await ask("consultar_servidor", desk(of))).text == text

    @pytest.mark.parametrize(
        ("ends_on", "decisive"),
        [
            (date(2026, 11, 24), None),
            (
                date(2026, 11, 23),
                "Su vigencia terminó ayer, lunes 23 de noviembre; está en periodo de gracia y puedes usarlo hasta el jueves 26",
            ),
            (date(2026, 11, 21), "está en periodo de gracia y puedes usarlo hasta hoy, martes 24 de noviembre."),
            (date(2026, 11, 20), "Su vigencia terminó el viernes 20 de noviembre y su periodo de gracia, ayer, lunes 23"),
        ],
    )
    async def test_grace_stands_beside_the_state(self, ends_on, decisive):
        text = (await ask("consultar_servidor", desk(server(subscription=subscription(ends_on))))).text
        assert (decisive in text) if decisive else "gracia" not in text

    @pytest.mark.parametrize(
        ("ends_on", "decisive"),
        [
            (date(2026, 10, 25), "Tu información se resguarda hasta hoy, martes 24 de noviembre."),
            (date(2026, 10, 24), "El resguardo de tu información terminó ayer, lunes 23 de noviembre."),
        ],
    )
    async def test_last_day_of_retention_and_the_day_after(self, ends_on, decisive):
        of = server("OCAMPO-01", "suspended", subscription=subscription(ends_on, status="expired"))
        assert decisive in (await ask("consultar_servidor", desk(of))).text

    async def test_what_was_unpaid_can_be_looked_up(self):
        assert (await ask("consultar_servidor", desk(SUSPENDED))).intents == ["consultar_pago"]

    async def test_what_to_try_when_it_is_up(self):
        assert (await ask("consultar_servidor", desk(RUNNING))).intents == [
            "faq_datos_conexion",
            "faq_cambiar_contrasena",
            "hablar_con_asesor",
        ]

    async def test_readings_say_what_was_read_and_when(self):
        answer = await ask("consultar_servidor", desk(RUNNING))
        assert answer.told() == {("virtual_server", "status", "active", "CENTRAL-01"), ("server_health", "state", "up", "CENTRAL-01")}
        assert {row["read_at"] for row in answer.readings} == {NOW.isoformat()}

    async def test_several_servers_are_listed_and_one_can_be_chosen(self):
        of = desk(
            server("UNO-01", health=health("up", at(NOW.date(), "09:58"))),
            server("DOS-01", health=health("down", at(NOW.date(), "09:58"))),
            server("TRES-01", incident=incident()),
            CREATING,
            SUSPENDED,
        )
        answer = await ask("consultar_servidor", of)
        assert answer.text == (
            "Así están tus servidores:\n"
            "• UNO-01: encendido (hoy a las 9:58)\n"
            "• DOS-01: no responde (hoy a las 9:58)\n"
            "• TRES-01: con un incidente abierto desde hoy a las 9:00\n"
            "• CENTRAL-01: se está creando, listo hoy a las 10:09\n"
            "• OCAMPO-01: suspendido\n\n"
            "¿De cuál quieres el detalle?"
        )
        assert answer.titles == ["UNO-01", "DOS-01", "TRES-01", "CENTRAL-01", "OCAMPO-01"]
        assert answer.buttons[1] == {"title": "DOS-01", "intent": "consultar_servidor", "entities": {"servidor": "DOS-01"}}

    async def test_the_chosen_one_of_several_is_remembered(self):
        answer = await ask("consultar_servidor", desk(RUNNING, SUSPENDED), servidor="ocampo-01")
        assert answer.text.startswith("OCAMPO-01 está suspendido")
        assert answer.slots["servidor"] == "OCAMPO-01"

    async def test_the_other_one_of_two(self):
        answer = await ask("consultar_servidor", desk(RUNNING, SUSPENDED), servidor="otro", slots={"servidor": "CENTRAL-01"})
        assert answer.text.startswith("OCAMPO-01 está suspendido")

    async def test_a_server_of_somebody_else_is_not_told(self):
        other = desk(server("AJENO-01", "suspended"), id="C-2", name="Otra Empresa")
        answer = await ask("consultar_servidor", desk(RUNNING, SUSPENDED), servidor="AJENO-01", others=[other])
        assert answer.text == "No encuentro AJENO-01 en tu escritorio de servicios. Elige el servidor que quieres revisar."
        assert answer.titles == ["CENTRAL-01", "OCAMPO-01"]
        assert answer.readings == []

    async def test_a_remembered_server_of_another_desk_is_forgotten(self):
        answer = await ask("consultar_servidor", desk(RUNNING, SUSPENDED), slots={"servidor": "AJENO-01"})
        assert answer.text.startswith("Así están tus servidores:")

    async def test_a_visitor_gets_no_state(self):
        answer = await ask("consultar_servidor")
        assert answer.text == (
            "Para darte ese dato necesito saber qué cuenta es la tuya: entra a tu escritorio de servicios, "
            "abre este chat desde ahí y vuelve a preguntarme."
        )
        assert answer.readings == []

    async def test_a_visitor_is_given_the_portal_when_there_is_one(self):
        assert "(https://portal.example)" in (await ask("consultar_servidor", portal_url="https://portal.example")).text

    async def test_without_servers(self):
        answer = await ask("consultar_servidor", desk())
        assert answer.text == "Tu escritorio de servicios no tiene servidores virtuales contratados."

    async def test_hours_with_the_state_beneath(self):
        assert (await ask("faq_horario_acceso", desk(RUNNING))).text == (
            "No hay horario: el servidor virtual está disponible las 24 horas del día, los 7 días de la semana.\n\n"
            "En la última revisión, hoy a las 9:58, CENTRAL-01 estaba encendido y respondiendo."
        )

    async def test_hours_of_several(self):
        text = (await ask("faq_horario_acceso", desk(server("A-01", health=None), server("B-01", "cancelled"), CREATING))).text
        assert text.endswith(
            "semana.\n\nEn tus servidores:\n• A-01: activo, sin revisión reciente\n• CENTRAL-01: se está creando, listo hoy a las 10:09"
        )

    async def test_when_only_gone_servers_are_left_they_are_named(self):
        text = (await ask("faq_horario_acceso", desk(DELETED, server("VIEJO-01", "cancelled")))).text
        assert text.endswith("En tus servidores:\n• LIRIO-01: eliminado\n• VIEJO-01: cancelado")


class TestCreation:
    GENERAL = (
        "Un servidor virtual se crea en aproximadamente 15 minutos, una vez acreditado el pago. "
        "El cargo a cuenta bancaria o débito puede demorar de 2 a 3 días hábiles en confirmarse.\n\n"
    )

    @pytest.mark.parametrize(
        ("of", "live"),
        [
            (RUNNING, "CENTRAL-01 ya está creado y activo."),
            (
                CREATING,
                "CENTRAL-01 se está creando: tu pago se acreditó hoy a las 9:54 y tarda unos 15 minutos; calculamos que quede listo hoy a las 10:09.",
            ),
            (
                server("CENTRAL-01", "provisioning", payments=(payment(charged_at=ago(minutes=16)),)),
                (
                    "CENTRAL-01 todavía aparece en creación: tu pago se acreditó hoy a las 9:44 y ya pasaron más de 15 minutos. "
                    f"Repórtalo a soporte para que lo revisen.\n\n{LINE}"
                ),
            ),
            (
                WAITING,
                (
                    "NORTE-01 todavía no se crea porque el cargo a BBVA ···· 1234, hecho ayer, lunes 23 de noviembre, sigue pendiente de "
                    "confirmación. Debe confirmarse a más tardar el jueves 26 de noviembre; después de eso se crea en unos 15 minutos."
                ),
            ),
            (
                server("NORTE-01", "provisioning", payments=(payment("pending", charged_at=ago(minutes=3)),)),
                (
                    "NORTE-01 todavía no se crea porque el pago con Visa ···· 4242 sigue pendiente de acreditarse. "
                    "Cuando se acredite, se crea en unos 15 minutos."
                ),
            ),
            (
                server("NORTE-01", "provisioning", payments=(payment("rejected"),)),
                "NORTE-01 no se ha creado porque el pago fue rechazado: fondos insuficientes.",
            ),
            (
                server("NORTE-01", "provisioning", payments=(payment("rejected", reason=None),)),
                "NORTE-01 no se ha creado porque el pago fue rechazado.",
            ),
            (server("NORTE-01", "provisioning"), f"NORTE-01 todavía no se crea y no encuentro un pago registrado para él.\n\n{LINE}"),
        ],
    )
    async def test_where_the_creation_stands(self, of, live):
        answer = await ask("faq_tiempo_creacion", desk(of))
        denied = any(word in live for word in ("Repórtalo", "rechazado", "no encuentro", "pendiente de acreditarse"))
        assert answer.text == (live if denied else self.GENERAL + live)
        assert answer.effects == []
        if of.status == "provisioning":
            assert (await ask("consultar_servidor", desk(of))).text == live

    async def test_exactly_at_the_expected_time_it_is_not_late(self):
        of = server("CENTRAL-01", "provisioning", payments=(payment(charged_at=ago(minutes=15)),))
        assert "calculamos que quede listo hoy a las 10:00." in (await ask("faq_tiempo_creacion", desk(of))).text

    @pytest.mark.parametrize(
        ("now", "overdue"),
        [
            (datetime(2026, 11, 19, 23, 59, tzinfo=MEXICO), False),
            (datetime(2026, 11, 20, 0, 0, tzinfo=MEXICO), True),
        ],
    )
    async def test_a_late_bank_charge_is_escalated_with_its_folio(self, now, overdue):
        """Charged on Friday 13; Monday 16 is a holiday (Revolution day, moved): confirmed by Thursday 19 at the latest."""
        answer = await ask("consultar_servidor", desk(LATE), now=now)
        assert [effect["kind"] for effect in answer.effects] == (["escalate"] if overdue else [])
        if overdue:
            payload = answer.effects[0]["payload"]
            assert answer.text.startswith(
                "MERCADO-01 todavía no se crea: el cargo a BBVA ···· 1234 debía confirmarse a más tardar "
                f"ayer, jueves 19 de noviembre y sigue pendiente. Lo reporté con el folio {payload['code']}; dáselo al asesor."
            )
            assert payload["reason"] == "cargo_vencido"
            assert payload["summary"] == "C-1 · Papelería Central · MERCADO-01 · p-1"
        else:
            assert "Debe confirmarse a más tardar hoy, jueves 19 de noviembre" in answer.text

    async def test_several(self):
        of = desk(CREATING, server("OTRO-01"), SUSPENDED, WAITING)
        assert (await ask("faq_tiempo_creacion", of)).text == self.GENERAL.strip() + (
            "\n\nEn tus servidores:\n• CENTRAL-01: se está creando, listo hoy a las 10:09\n• OTRO-01: ya está creado\n• OCAMPO-01: suspendido\n• NORTE-01: todavía no se crea"
        )

    async def test_one_that_is_suspended_or_gone(self):
        assert "OCAMPO-01 está suspendido" in (await ask("faq_tiempo_creacion", desk(SUSPENDED))).text
        assert "LIRIO-01 ya fue eliminado" in (await ask("faq_tiempo_creacion", desk(DELETED))).text


class TestMyServers:
    async def test_one(self):
        answer = await ask("listar_servidores", desk(server(subscription=subscription(date(2026, 12, 14)))))
        assert answer.text == "Tienes un servidor contratado:\n• CENTRAL-01: Nube 5, activo, vence el lunes 14 de diciembre"
        assert answer.told() == {
            ("virtual_server", "contracted", "1", None),
            ("virtual_server", "status", "active", "CENTRAL-01"),
            ("subscription", "ends_on", "2026-12-14", "CENTRAL-01"),
        }

    async def test_several_states_and_those_gone_left_out(self):
        of = desk(IN_GRACE, server("CINCO-01", subscription=None), WAITING, SUSPENDED, DELETED)
        assert (await ask("listar_servidores", of)).text == (
            "Tienes 4 servidores contratados:\n"
            "• RUIZ-01: Nube 5, venció el domingo 22 de noviembre, en gracia hasta mañana, miércoles 25 de noviembre\n"
            "• CINCO-01: Nube 5, activo\n"
            "• NORTE-01: Nube 5, en creación\n"
            "• OCAMPO-01: Nube 5, suspendido, se resguarda hasta el sábado 12 de diciembre"
        )

    async def test_only_gone_ones(self):
        text = (await ask("listar_servidores", desk(DELETED, server("VIEJO-01", "cancelled")))).text
        assert text == (
            "Ya no tienes servidores contratados. Estos fueron los tuyos:\n• LIRIO-01: Nube 5, eliminado\n• VIEJO-01: Nube 5, cancelado"
        )

    async def test_none(self):
        assert (await ask("listar_servidores", desk())).text == "Tu escritorio de servicios no tiene servidores virtuales contratados."

    async def test_a_visitor_gets_none(self):
        assert "Para darte ese dato" in (await ask("listar_servidores")).text
