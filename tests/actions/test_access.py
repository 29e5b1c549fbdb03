"""What customers read about getting into their server (FAQ 14, 17, 21) and about the mail being sent again."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.actions.rendering import NOW, Rendered, ago, ask, desk, licence, mail, server
from tests.actions.situations import FIVE, SITUATIONS, bounced, creating, pending, suspended, valid

FAQS = ("faq_datos_conexion", "faq_cambiar_contrasena", "faq_conexion_sae")
INTENTS = (*FAQS, "reenviar_datos_conexion")
EVENING = NOW.replace(hour=20)
LINE = "Línea de soporte: 55 8000 9480"
SUBJECT = "«Archivo de conexión a tu servidor Aspel Nube»"
GENERAL = {
    "faq_datos_conexion": (
        "Una vez acreditado el pago, los datos para acceder se envían por correo a la cuenta registrada en tu escritorio de servicios, "
        f"con asunto {SUBJECT}."
    ),
    "faq_cambiar_contrasena": (
        "Puedes cambiarla dentro de tu escritorio de servicios, en la sección Mis Servicios > Servidor virtual > Contraseña. Por seguridad, "
        "aquí no puedo verla, dártela ni cambiarla."
    ),
    "faq_conexion_sae": (
        "Para conectar a los usuarios de Aspel SAE al servidor virtual se configura SAE Remoto. Soporte te orienta con el proceso."
    ),
}


HOLDS = {
    "faq_datos_conexion": {"active", "provisioning"},
    "faq_cambiar_contrasena": {"active"},
    "faq_conexion_sae": {"active"},
}
"""Of which servers the general answer is true."""


def resends(rendered: Rendered) -> list[dict[str, str]]:
    """Payloads of the effects that send the mail again; nothing else may be asked for beside them."""
    wanted = [effect["payload"] for effect in rendered.effects if effect["kind"] == "resend_connection_mail"]
    assert not wanted or len(rendered.effects) == len(wanted)
    return wanted


@pytest.mark.parametrize("now", [NOW, EVENING], ids=["line open", "line closed"])
@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("intent", INTENTS)
async def test_each_situation_has_a_whole_answer(intent: str, situation: str, now: datetime):
    mine = SITUATIONS[situation]()
    rendered = await ask(intent, desk(mine), now=now, others=[desk(valid("AJENO-01"), id="C-2")])

    if intent in GENERAL:
        assert rendered.text.startswith(GENERAL[intent]) == (mine.status in HOLDS[intent])
    assert "AJENO-01" not in rendered.text
    assert "contacto@" not in rendered.text


@pytest.mark.parametrize(("intent", "general"), GENERAL.items())
async def test_a_visitor_gets_the_general_answer_and_how_to_identify(intent: str, general: str):
    rendered = await ask(intent)

    assert rendered.text.startswith(f"{general}\n\nSi quieres que revise también los datos de tu cuenta")
    assert rendered.readings == []


@pytest.mark.parametrize("intent", INTENTS)
async def test_without_live_state_nothing_is_invented(intent: str):
    rendered = await ask(intent, desk(valid()), away=True)

    assert rendered.text.startswith(GENERAL.get(intent, "En este momento no puedo consultar"))
    assert rendered.text.count(LINE) == 1
    assert rendered.readings == []
    assert rendered.reasons == ["datos_no_disponibles"]


MAILS = [
    ("valid", "El correo de ESPERANZA-01 se envió el sábado 14 de noviembre a las 12:30 a co*****o@papeleria.mx.", "Reenviar correo"),
    ("bounced", "se envió a co*****o@papeleria.mx el viernes 20 de noviembre y rebotó.", "Reenviar correo"),
    ("mail_queued", "está por salir a co*****o@papeleria.mx; se pidió hoy a las 9:58.", None),
    ("no_mail", "No veo un correo con los datos de ESPERANZA-01.\n\nSi quieres, te lo envío.", "Enviar correo"),
    ("suspended", "pero por ahora ese servidor no está activo.", "Ver mi servidor"),
    ("creating", "CENTRAL-01 se está creando", None),
    ("pending", "NORTE-01 todavía no se crea", None),
]


@pytest.mark.parametrize(("situation", "sentence", "button"), MAILS)
async def test_the_last_mail(situation: str, sentence: str, button: str | None):
    rendered = await ask("faq_datos_conexion", desk(SITUATIONS[situation]()))

    assert sentence in rendered.text
    assert rendered.titles == ([button] if button else [])


async def test_mails_of_several_servers_and_the_offer_to_resend():
    rendered = await ask("faq_datos_conexion", desk(valid("UNO-01"), bounced("DOS-01"), creating("TRES-01")))

    assert rendered.text == (
        f"{GENERAL['faq_datos_conexion']}\n\nEn tus servidores:\n"
        "• UNO-01: enviado el sábado 14 de noviembre\n"
        "• DOS-01: rebotó el viernes 20 de noviembre\n"
        "• TRES-01: se está creando, listo hoy a las 10:09\n\n"
        "Si lo necesitas, te lo reenvío."
    )
    assert rendered.intents == ["reenviar_datos_conexion"]


async def test_no_offer_to_resend_when_no_server_is_active():
    rendered = await ask("faq_datos_conexion", desk(suspended("UNO-01"), creating("DOS-01")))

    assert rendered.titles == []


async def test_the_password_is_only_changed_in_the_service_desk():
    rendered = await ask("faq_cambiar_contrasena", desk(valid()))

    assert rendered.text == GENERAL["faq_cambiar_contrasena"]
    assert rendered.effects == []


async def test_the_password_of_a_server_that_is_not_active():
    rendered = await ask("faq_cambiar_contrasena", desk(suspended()))

    assert rendered.text.startswith("OCAMPO-01 está suspendido porque su vigencia terminó el jueves 12 de noviembre.")
    assert "Así que por ahora no se puede entrar, ni con otra contraseña. Cuando esté activo, la cambias en Mis Servicios" in rendered.text


async def test_the_link_of_sae_remoto_only_when_it_is_set():
    with_link = await ask("faq_conexion_sae", desk(valid()), sae_remoto_url="https://guia.example/sae-remoto")
    without = await ask("faq_conexion_sae", desk(valid()))

    assert with_link.text == (
        "Para conectar a los usuarios de Aspel SAE al servidor virtual se configura SAE Remoto. El proceso está aquí: "
        "https://guia.example/sae-remoto\n\nESPERANZA-01 tiene registrado SAE para 5 usuarios."
    )
    assert "http" not in without.text
    assert without.text == (
        f"{GENERAL['faq_conexion_sae']}\n\nESPERANZA-01 tiene registrado SAE para 5 usuarios.\n\n{LINE} (abierta hoy hasta las 18:00)."
    )


SAE = [
    ((licence("SAE", 1, server_alias="UNO-01"),), "UNO-01 tiene registrado SAE para 1 usuario."),
    ((licence("Aspel SAE", 3, server_alias="UNO-01"),), "UNO-01 tiene registrado SAE para 3 usuarios."),
    ((licence("SAE", 3, "expired", server_alias="UNO-01"),), "SAE para 3 usuarios, pero esa licencia no está vigente."),
    ((licence("SAE", 1, "cancelled", server_alias="UNO-01"),), "SAE para 1 usuario, pero esa licencia no está vigente."),
    ((licence("SAE", 9, "expired", server_alias="UNO-01"), licence("SAE", 2, server_alias="UNO-01")), "SAE para 2 usuarios."),
    ((licence("COI", 5, server_alias="UNO-01"),), "No veo SAE registrado en UNO-01."),
    ((), "No veo SAE registrado en UNO-01."),
]


@pytest.mark.parametrize(("licences", "sentence"), SAE)
async def test_sae_of_a_server(licences, sentence: str):
    rendered = await ask("faq_conexion_sae", desk(server("UNO-01", licences=licences)))

    assert sentence in rendered.text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("¿y de banco para cuántos usuarios tengo?", "UNO-01 tiene registrado BANCO para 1 usuario."),
        ("¿cuántos usuarios de sae, y puedo meterle noi?", "UNO-01 tiene registrado SAE para 2 usuarios."),
        ("usuarios del COI", "UNO-01 tiene registrado COI para 4 usuarios."),
        ("¿cuántos usuarios de noi?", "No veo NOI registrado en UNO-01."),
        ("¿cuántos usuarios tengo?", "UNO-01 tiene registrado SAE para 2 usuarios."),
    ],
)
@pytest.mark.parametrize("intent", ["faq_conexion_sae", "faq_instalar_mas_sistemas"])
async def test_the_users_of_the_system_that_is_named_are_told(intent: str, text: str, sentence: str):
    kept = tuple(licence(product, users, server_alias="UNO-01") for product, users in (("SAE", 2), ("BANCO", 1), ("Aspel COI", 4)))
    assert (await ask(intent, desk(server("UNO-01", licences=kept)), frame="count", text=text)).text.startswith(sentence)


async def test_a_licence_of_the_desk_counts_and_one_of_another_server_does_not():
    free = await ask("faq_conexion_sae", desk(server("UNO-01"), licences=[licence("SAE", 4)]))
    others = await ask("faq_conexion_sae", desk(server("UNO-01"), server("DOS-01", licences=(licence("SAE", 4, server_alias="DOS-01"),))))

    assert "Tu escritorio de servicios tiene registrado SAE; usuarios: 4." in free.text
    assert "• UNO-01: sin SAE registrado\n• DOS-01: SAE, 4 usuarios" in others.text


async def test_resend_to_the_registered_address():
    rendered = await ask("reenviar_datos_conexion", desk(valid(), id="C-1001"))

    assert rendered.text == (
        f"Claro. Estoy reenviando los datos de conexión de ESPERANZA-01 a co*****o@papeleria.mx, con el asunto {SUBJECT}. Si no lo ves en "
        "unos minutos, busca en correo no deseado."
    )
    assert resends(rendered) == [{"desk": "C-1001", "server": "ESPERANZA-01"}]


async def test_resend_after_a_bounce():
    rendered = await ask("reenviar_datos_conexion", desk(bounced()))

    assert rendered.text == (
        f"El último correo de VISION-01 a co*****o@papeleria.mx rebotó. Lo estoy reenviando a esa misma dirección, con el asunto {SUBJECT}. "
        f"Si no es correcta, soporte la corrige.\n\n{LINE} (abierta hoy hasta las 18:00)."
    )
    assert resends(rendered) == [{"desk": "C-1", "server": "VISION-01"}]


async def test_resend_after_a_bounce_of_another_address():
    mine = valid(connection_mails=(mail("bounced", sent_to="viejo.correo@optica.mx"),))
    rendered = await ask("reenviar_datos_conexion", desk(mine))

    assert "El último correo de ESPERANZA-01 a vi*****o@optica.mx rebotó. Lo estoy reenviando a co*****o@papeleria.mx" in rendered.text
    assert len(resends(rendered)) == 1


PAUSE = [
    (mail("sent", ago(minutes=4, seconds=59)), False),
    (mail("sent", ago(minutes=5)), True),
    (mail("queued", ago(minutes=1)), False),
    (mail("queued", ago(minutes=6)), True),
    (mail("bounced", ago(minutes=1)), True),
]


@pytest.mark.parametrize(("last", "again"), PAUSE)
async def test_not_again_while_one_is_on_its_way(last, again: bool):
    rendered = await ask("reenviar_datos_conexion", desk(valid(connection_mails=(last,))))

    assert bool(resends(rendered)) == again
    assert ("ya va en camino a co*****o@papeleria.mx" in rendered.text) != again


REFUSED = ["suspended", "deleted", "cancelled", "creating", "pending", "late", "first_charge_rejected"]


@pytest.mark.parametrize("situation", REFUSED)
async def test_no_resend_for_a_server_that_is_not_active(situation: str):
    mine = SITUATIONS[situation]()
    rendered = await ask("reenviar_datos_conexion", desk(mine))

    assert rendered.text.startswith(f"Solo puedo reenviar los datos de conexión de un servidor activo.\n\n{mine.alias} ")
    assert resends(rendered) == []


async def test_no_resend_for_a_visitor():
    rendered = await ask("reenviar_datos_conexion", servidor="ESPERANZA-01", others=[desk(valid())])

    assert rendered.text.startswith("Para darte ese dato necesito saber qué cuenta es la tuya")
    assert rendered.effects == []
    assert rendered.readings == []


async def test_no_resend_for_a_server_of_another_desk():
    mine, other = desk(valid("UNO-01"), valid("DOS-01")), desk(valid("AJENO-01"), id="C-2")
    rendered = await ask("reenviar_datos_conexion", mine, servidor="AJENO-01", others=[other])

    assert rendered.text.startswith("No encuentro AJENO-01 en tu escritorio de servicios.")
    assert rendered.effects == []


async def test_of_several_it_asks_which_of_the_active_ones():
    rendered = await ask("reenviar_datos_conexion", desk(*FIVE))

    assert rendered.text == "¿De cuál servidor te reenvío los datos de conexión?"
    assert rendered.titles == ["SIERRA-01", "SIERRA-02", "SIERRA-03"]
    assert rendered.slots["pregunta_pendiente"] == {
        "intent": "reenviar_datos_conexion",
        "servidores": ["SIERRA-01", "SIERRA-02", "SIERRA-03"],
    }
    assert rendered.effects == []


async def test_the_chosen_one_is_resent():
    rendered = await ask(
        "reenviar_datos_conexion", desk(*FIVE), servidor="SIERRA-02", slots={"pregunta_pendiente": {"intent": "reenviar_datos_conexion"}}
    )

    assert resends(rendered) == [{"desk": "C-1", "server": "SIERRA-02"}]
    assert rendered.slots["pregunta_pendiente"] is None


async def test_the_only_active_one_is_meant():
    rendered = await ask("reenviar_datos_conexion", desk(valid("UNO-01"), suspended("DOS-01"), pending("TRES-01")))

    assert resends(rendered) == [{"desk": "C-1", "server": "UNO-01"}]


async def test_no_address_registered():
    rendered = await ask("reenviar_datos_conexion", replace(desk(valid()), email=""))

    assert rendered.text.startswith("No encuentro una dirección de correo registrada")
    assert LINE in rendered.text
    assert rendered.effects == []


async def test_asked_again_a_moment_later():
    queued = valid(connection_mails=(mail("queued", NOW - timedelta(seconds=20)), mail()))
    rendered = await ask("reenviar_datos_conexion", desk(queued))

    assert rendered.text == (
        "El correo de ESPERANZA-01 ya va en camino a co*****o@papeleria.mx: es de hoy a las 9:59. Espera unos minutos y busca también en "
        "correo no deseado."
    )


async def test_lines_of_what_is_not_ready():
    queued = valid("UNO-01", connection_mails=(mail("queued", ago(minutes=2)),), licences=(licence("SAE", 1, server_alias="UNO-01"),))
    mine = desk(queued, suspended("DOS-01"))

    assert "• UNO-01: está por salir" in (await ask("faq_datos_conexion", mine)).text.splitlines()
    assert "• UNO-01: SAE, 1 usuario" in (await ask("faq_conexion_sae", mine)).text.splitlines()
    assert (await ask("faq_cambiar_contrasena", mine)).text.endswith("• DOS-01: por ahora no está activo")


@pytest.mark.parametrize("intent", ["faq_datos_conexion", "reenviar_datos_conexion", "faq_pago_sin_correo", "faq_tiempo_creacion"])
@pytest.mark.parametrize("servers", [1, 2])
async def test_what_cannot_be_sent_is_not_offered(intent, servers):
    from bot.settings import Secret

    mails = (mail(status="bounced"),)
    of = desk(*(server(f"UNO-0{n}", connection_mails=mails) for n in range(1, servers + 1)))
    rendered = await ask(intent, of, smtp_url=Secret(""), servidor="UNO-01" if servers > 1 else None)
    assert not rendered.effects
    assert "reenviar_datos_conexion" not in rendered.intents
    assert "te lo reenvío" not in rendered.text
    assert "te lo envío" not in rendered.text
