"""The live values that an answer was made from, as agents read them: "Vence: miércoles 2 de diciembre". What there is no word for stands as it was read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final

from bot.rules.format import size

SERVERS: Final = {
    "provisioning": "creándose", "active": "activo", "suspended": "suspendido", "deleted": "eliminado", "cancelled": "cancelado",
}  # fmt: skip
PAYMENTS: Final = {"pending": "pendiente", "credited": "confirmado", "rejected": "rechazado", "refunded": "devuelto"}
BACKUPS: Final = {"running": "en curso", "ok": "correcto", "failed": "falló"}
_LICENCES: Final = {"active": "vigente", "grace": "en periodo de gracia", "expired": "vencida", "cancelled": "cancelada"}

_NAMES: Final[Mapping[str, str]] = {
    "virtual_server.status": "Estado",
    "virtual_server.os": "Sistema operativo",
    "virtual_server.solution": "Solución",
    "virtual_server.contracted": "Servidores contratados",
    "server_health.state": "Equipo",
    "server_health.at": "Equipo, revisado",
    "incident.started_at": "Incidente desde",
    "subscription.starts_on": "Inicia",
    "subscription.ends_on": "Vence",
    "subscription.price": "Precio",
    "subscription.auto_renew": "Se renueva sola",
    "subscription.next_charge_on": "Próximo cargo",
    "payment.status": "Cargo",
    "payment.amount": "Monto del cargo",
    "payment.method": "Forma de pago",
    "payment.masked": "Cuenta o tarjeta",
    "payment.charged_at": "Cargo hecho",
    "payment.credited_at": "Cargo confirmado",
    "payment.reason": "Motivo del rechazo",
    "backup.status": "Respaldo",
    "backup.started_at": "Respaldo, inicio",
    "backup.finished_at": "Respaldo, fin",
    "backup.bytes": "Respaldo, tamaño",
    "backup.failures_in_a_row": "Respaldos fallidos seguidos",
    "backup.last_good": "Último respaldo correcto",
    "invoice.number": "Factura",
    "invoice.available_on": "Factura disponible",
    "connection_mail.status": "Correo de conexión",
    "connection_mail.sent_to": "Correo de conexión, a",
    "connection_mail.sent_at": "Correo de conexión, enviado",
    "plan_change.state": "Cambio de solución",
    "plan_change.to_solution": "Cambio a",
    "plan_change.requested_at": "Cambio pedido",
    "desk.email": "Correo de la cuenta",
}
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "virtual_server.status": SERVERS,
    "server_health.state": {"up": "en línea", "down": "caído"},
    "subscription.auto_renew": {"True": "sí", "False": "no", "true": "sí", "false": "no"},
    "payment.status": PAYMENTS,
    "payment.method": {"bank_account": "cuenta bancaria", "debit_card": "tarjeta de débito", "credit_card": "tarjeta de crédito"},
    "backup.status": BACKUPS,
    "connection_mail.status": {"queued": "por enviar", "sent": "enviado", "bounced": "rebotado"},
    "plan_change.state": {"requested": "pedido", "in_progress": "en curso", "done": "hecho", "cancelled": "cancelado"},
}
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)", re.ASCII)


def name(source: str, field: str) -> str:
    """What was read."""
    return f"Licencia de {field}" if source == "licence" else _NAMES.get(f"{source}.{field}", f"{source}.{field}")


def words(source: str, field: str, value: str | None, day: Callable[[date], str], moment: Callable[[datetime], str]) -> str:
    """What it was; `day` and `moment` tell times."""
    if value is None:
        return "sin valor"
    known = _LICENCES if source == "licence" else _WORDS.get(f"{source}.{field}", {})
    if value in known:
        return known[value]
    if field == "bytes" and value.isdecimal():
        return size(int(value))
    try:
        if _DATE.fullmatch(value):
            return day(date.fromisoformat(value))
        return moment(datetime.fromisoformat(value)) if _MOMENT.fullmatch(value) else value
    except ValueError:
        return value
