"""What the stand-in gateway says and shows: its pages, customers and answers."""

from __future__ import annotations

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
HOST_PAGE = """<!doctype html><html lang="es-MX"><head><meta charset="utf-8"><title>Portal</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><script type="module" src="{server}/widget.js"></script></head>
<body><main><h1>Portal de la empresa</h1><p><button id="help" type="button">Ayuda</button></p></main>
<support-chat {attributes}></support-chat></body></html>"""
PRIVACY = "Usamos tus mensajes solo para darte soporte. Aviso de privacidad: https://nube.example/privacidad"
CUSTOMERS = [
    ("C-1001", "Abarrotes La Esperanza", "Un servidor activo que vence en 120 días; respaldo correcto anoche."),
    ("C-1002", "Ferretería Hidalgo", "Su servidor vence en 5 días; paga con tarjeta de crédito."),
    ("C-1003", "Despacho Contable Ruiz", "Venció hace 2 días y el cargo fue rechazado: está en periodo de gracia."),
    ("C-1004", "Taller Mecánico Ocampo", "Venció hace 12 días sin pago: suspendido, con su información en resguardo."),
    ("C-1005", "Boutique Lirio", "Venció hace 41 días: el servidor ya se eliminó."),
    ("C-1006", "Papelería Central", "Pago acreditado hace 6 minutos: su servidor se está creando."),
    ("C-1007", "Refaccionaria del Norte", "Cargo a cuenta bancaria del día hábil anterior, aún sin confirmar."),
    ("C-1008", "Grupo Mercado", "Cargo a cuenta bancaria de hace 6 días hábiles, todavía pendiente."),
    ("C-1009", "Consultores Sierra", "Cinco servidores, cada uno en un estado distinto."),
    ("C-1010", "Dulcería Mitla", "Servidor activo; el respaldo falló las últimas dos noches."),
    ("C-1011", "Óptica Visión", "Pagó hace 2 días hábiles: aún sin factura, y su correo de conexión rebotó."),
    ("C-1012", "Transportes Águila", "Factura A-1012 disponible; hay un incidente y su servidor no responde."),
]
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
}
LONG_ANSWER = "\n\n".join(f"Parte {n}. " + "Tu servidor vence el martes 24 de noviembre. " * 40 for n in range(1, 6)) + "\n\nFin de todo."
"""More than a bubble holds."""
