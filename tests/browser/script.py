"""What the stand-in dialogue answers in the browser's tests."""

from __future__ import annotations

from typing import Any

from harness.dialogue import reply, result

ANSWERS: dict[str, tuple[str, list[str]]] = {
    "¿Cuándo vence mi servidor?": (
        (
            "Tu servidor RUIZ-01 venció el sábado 21 de noviembre y está en periodo de gracia hasta **mañana, martes 24 de noviembre**.\n\n"
            "Para no perder el servicio:\n• Revisa que tu tarjeta de débito tenga fondos.\n• O llama al 55 8000 9480, de lunes a viernes de 9:00 a 18:00.\n\n"
            "Consulta hecha hoy a las 14:05."
        ),
        [],
    ),
    "¿Se hizo mi respaldo?": ("¿De cuál servidor?", ["SIERRA-01", "SIERRA-02", "SIERRA-03", "SIERRA-04", "SIERRA-05"]),
    "SIERRA-02": ("El respaldo de SIERRA-02 se hizo hoy a las 2:14 y pesa 12.4 GB.", []),
    "¿Cómo pago?": (
        "Puedes pagar con cargo automático a cuenta bancaria o a tarjeta de crédito o débito.",
        ["Estado de mi pago", "Factura"],
    ),
    "Hablar con un asesor": ("Le paso tu caso a un asesor. Tu folio es SV-7K2M9.", []),
    "cuéntame todo": (
        "\n\n".join(f"Parte {n}. " + "Tu servidor vence el martes 24 de noviembre. " * 40 for n in range(1, 6)) + "\n\nFin de todo.",
        ["Factura"],
    ),
}
"""By what was written or the title of what was pressed; the last one is longer than a bubble."""


def answer(message: dict[str, Any]) -> dict[str, Any]:
    """The result of a turn: the scripted answer, or after "repite:" those words, or that the message came."""
    said = message["button"]["title"] if message["button"] else message["text"]
    repeated = said.removeprefix("repite: ") if said.startswith("repite: ") else f"Recibí: {said}"
    text, titles = ANSWERS.get(said, (repeated, []))
    return result(reply(text, buttons=[{"title": title, "intent": "faq_factura", "entities": {}} for title in titles]))
