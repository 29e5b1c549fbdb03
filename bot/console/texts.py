"""What agents read besides the templates, es-MX, and the one thing that the console itself says to customers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, Literal

from bot.console.models import Way

FAILED: Final = "No pudimos iniciar tu sesión. Revisa tus datos e inténtalo de nuevo."
"""Whatever was wrong: the name, the password, the code, a lock, the company's provider or what it says."""
SIGN_ON: Final = "con la cuenta de la empresa"
_WAYS: Final[Mapping[Way | None, str]] = {"password": "con contraseña", "sign_on": SIGN_ON, None: ""}
SECOND_STEP: Final = "segundo paso"
Second = Literal["phone", "recovery", "new", "theirs", ""]
"""The second factor of a sign-in: digits of the telephone, a recovery code, one that was set up just then, the provider's, none."""
_SECONDS: Final[Mapping[Second, str]] = {
    "phone": "código del teléfono",
    "recovery": "código de recuperación",
    "new": "segundo paso recién activado",
    "theirs": "segundo paso de la empresa",
    "": "",
}


def came_in(way: Way | None, second: Second = "") -> str:
    """How somebody came in, as the audit says it: "con contraseña y código de recuperación"."""
    return " y ".join(part for part in (_WAYS[way], _SECONDS[second]) if part)


SIGN_ON_REFUSED: Final = {
    "attempt": "el intento no es de este navegador, ya se usó o pasaron diez minutos",
    "provider": "el proveedor no responde como debe",
    "issuer": "contestó otro proveedor",
    "denied": "el proveedor no la dejó entrar",
    "code": "el proveedor no aceptó el código o nuestra clave",
    "token": "el token no es válido, no es para nosotros o no es de este intento",
    "mail": "el proveedor no confirma su correo",
    "ambiguous": "varias cuentas tienen ese correo",
    "subject": "la cuenta con ese correo es de otra persona del proveedor",
    "account": "no hay cuenta para esa persona",
    "name": "no se puede crear su cuenta: el nombre ya se usó o no sirve",
    "removed": "su cuenta se dio de baja",
    "locked": "su cuenta está bloqueada",
}
"""What the audit says besides; the page says FAILED."""
AGAIN: Final = "Por seguridad, entra de nuevo y repite lo que querías cambiar."
NOT_YOURS_NOW: Final = "Tu contraseña actual no es esa. No se cambió nada."
WEAK: Final = {
    "length": "La contraseña nueva debe tener de 12 a 256 caracteres. No se cambió nada.",
    "guessed": "La contraseña nueva se adivina con facilidad: no uses tu nombre, palabras de la consola ni los mismos caracteres. No se cambió nada.",
    "known": "La contraseña nueva está en las listas de contraseñas filtradas. Elige otra. No se cambió nada.",
}
SWITCHED: Final = {
    "caso": "casos nuevos",
    "respuesta": "respuestas",
    "plazo": "esperas por vencer",
    "llamada": "llamadas",
    "alza": "alzas",
    "sonido": "sonido",
    "resumen": "resumen por correo",
}
"""Switches of alerts, in a few words."""
OWN_ACCOUNT: Final = "en su cuenta"


def switched(before: Collection[str], after: Collection[str]) -> str:
    """What an agent changed, as the audit says it: "activó llamadas; apagó respuestas, sonido"; "" where all is as it was."""
    on = ", ".join(words for name, words in SWITCHED.items() if name in after and name not in before)
    off = ", ".join(words for name, words in SWITCHED.items() if name in before and name not in after)
    return "; ".join(f"{verb} {names}" for verb, names in (("activó", on), ("apagó", off)) if names)


def usually(number: float) -> str:
    """How many customers there are as a rule, as agents read it: "ninguno", "menos de 1", "12"."""
    if not number:
        return "ninguno"
    return "menos de 1" if number < 1 else f"{number:.0f}"


OVER: Final = "Tu sesión terminó. Entra de nuevo para continuar."
OVER_WITH_DRAFT: Final = "Tu sesión terminó antes de enviar. Tu texto no se envió y aquí lo conservas."
STALE: Final = "Esta página ya no está vigente. Vuelve a cargarla e inténtalo de nuevo."
FORBIDDEN: Final = "Tu perfil no tiene permiso para ver esta página."
UNAVAILABLE: Final = "Por ahora no podemos leer ni guardar conversaciones. Inténtalo de nuevo en unos segundos."
TOO_MANY: Final = "Demasiados intentos. Espera un momento e inténtalo de nuevo."
NOT_FOUND: Final = "No existe lo que buscas, o se borró."
MALFORMED: Final = "No pudimos leer lo que enviaste. Revísalo e inténtalo de nuevo."
BROKEN: Final = "Algo falló de nuestro lado. Inténtalo de nuevo."
TAKEN: Final = "{agente} ya tiene esta conversación. No se envió nada."
NOT_TAKEN: Final = "Ya no tienes esta conversación, así que no se envió nada. Tómala de nuevo para responder."
NO_CASE: Final = "No hay ningún caso con el folio {folio}."
REASON: Final = "Escribe el motivo, de 10 a 200 caracteres: queda en la auditoría."
SEAL_BROKEN: Final = "(no se puede leer: falta la llave o se alteró)"
LATER_WHEN: Final = "Elige una fecha y hora de los próximos 30 días."
LATER_WINDOW: Final = "Elige una hora antes de que se cierre la ventana de 24 horas de WhatsApp."
LATER_SESSION: Final = "Elige una hora antes de que termine la sesión de este visitante: después ya no podrá leerlo. Para más tarde, acuerda una llamada o dale su folio."
LATER_ANOTHER: Final = "Ya hay un mensaje programado en esta conversación. Quítalo antes de programar otro."
WINDOW_OVER: Final = (
    "Pasaron 24 horas desde su último mensaje y WhatsApp ya no permite responderle: no se envió nada. Llámale por teléfono."
)
FORWARD_TO: Final = "Escribe un solo correo, como nombre@empresa.mx. No se envió nada."
FORWARD_NOTE: Final = "Escribe una nota de hasta 2,000 caracteres: es lo primero que se lee. No se envió nada."
FORWARD_ELSEWHERE: Final = "Las conversaciones no se pueden reenviar a ese dominio. No se envió nada."
FORWARD_OFTEN: Final = "Reenviaste muchas conversaciones en un minuto. Espera un momento e inténtalo de nuevo. No se envió nada."
FORWARD_FAILED: Final = {
    "away": "El correo no salió: el servidor de correo no lo tomó. Inténtalo de nuevo en unos minutos.",
    "refused": "El correo no salió: el servidor de correo rechazó esa dirección, o no hay servidor de correo. Revísala.",
}
FORWARD_MASKED: Final = "Horas de la Ciudad de México. Los datos que la consola oculta van ocultos también aquí."
FORWARDED: Final = "Reenviada por correo a {correo}.\n{nota}"
"""The note that stays with a conversation."""
EMPTY: Final = "Escribe un mensaje antes de enviarlo."
TOO_LONG: Final = "El mensaje es demasiado largo: el límite es de 4,096 caracteres."

HANDED_BACK: Final = "Te atiende de nuevo el asistente automático. Escribe tu siguiente pregunta cuando quieras."
"""Told to the customer when an agent hands a conversation back."""

ROLES: Final = {"agent": "Asesor", "supervisor": "Supervisión", "administrator": "Administración"}
CHANNELS: Final = {"web": "Chat web", "whatsapp": "WhatsApp"}
DECISIONS: Final = {"answered": "Respondió", "asked": "Preguntó", "refused": "No entendió"}
SURENESS: Final = {"low": "Menos de 50 %", "middle": "De 50 a 80 %", "high": "80 % o más"}
"""How probable what was understood was."""
LENGTHS: Final = {"few": "Hasta 4", "some": "De 5 a 19", "many": "20 o más"}
LEVELS: Final = {0: "Visitante", 1: "Reconocido", 2: "Identificado por el portal", 3: "Confirmado con código"}
DISCLOSED: Final = {"told": "Se dijo al cliente", "read": "Se consultó", "opened": "Se vieron datos ocultos"}
STATES: Final = {
    "received": "en espera",
    "processing": "respondiendo",
    "answered": "respondido",
    "failed": "sin respuesta (fallo)",
    "with_agent": "para el asesor",
    "noted": "solo guardado",
}
DELIVERIES: Final = {
    "pending": "por enviar",
    "sent": "enviado",
    "delivered": "entregado",
    "read": "leído",
    "failed": "no se pudo entregar",
    "ambiguous": "no se sabe si llegó",
}
KINDS: Final = {
    "text": "",
    "answer": "",
    "notice": "Aviso",
    "greeting": "Saludo",
    "image": "Imagen",
    "audio": "Audio",
    "video": "Video",
    "document": "Documento",
    "sticker": "Sticker",
    "location": "Ubicación",
    "contacts": "Contactos",
    "order": "Pedido",
    "unsupported": "Mensaje que no se puede mostrar",
}
AUTHORS: Final = {"customer": "Cliente", "bot": "Asistente", "agent": "Asesor"}
_REASONS: Final = {
    "cliente_pide_asesor": "Pidió un asesor",
    "cliente_pide_otro_caso": "Pidió otro caso",
    "no_entendido": "El asistente no entendió",
    "cliente_pide_llamada": "Pidió una llamada",
    "cliente_pide_chat": "Pidió un asesor en el chat",
    "cargo_vencido": "Cargo sin confirmar fuera de plazo",
    "respaldos_fallidos": "Sus respaldos fallan o faltan",
    "servidor_sin_acceso": "No puede usar su servidor y no hay un incidente registrado",
    "cliente_molesto": "Está molesto",
    "datos_no_disponibles": "No se pudieron leer los datos de su cuenta",
    "datos_personales": "Pide algo sobre sus datos personales",
    "cambio_por_linea": "Pidió cancelar, cambiar o reactivar, que solo se hace en la línea",
    "correo_no_enviado": "No se pudo enviar el correo de conexión que se le prometió",
    "codigo_no_enviado": "No se pudo enviar el código que se le anunció",
    "whatsapp_fuera_de_24_horas": "La respuesta quedó fuera de las 24 horas de WhatsApp",
    "whatsapp_no_entregado": "WhatsApp no entregó la respuesta",
    "whatsapp_sin_confirmar": "No se sabe si WhatsApp entregó la respuesta",
}


def reasons(keys: str) -> str:
    """Why a case is open, its reasons in words; one that has none is shown as it is written."""
    return ". ".join(_REASONS.get(key, key) for key in keys.split(", "))


CASES: Final = {"open": "abierto", "solved": "resuelto", "expired": "vencido sin más mensajes"}
CALLS: Final = {"done": "hecha", "not_reached": "no contestó"}
EFFECTS: Final = {"pending": "por hacer", "done": "hecho", "failed": "no se pudo hacer"}
REVIEW: Final = {
    "disliked": "No le sirvió al cliente",
    "refused": "No entendió",
    "asked": "Preguntó",
    "unsure": "Dudó",
    "frequent": "Lo escribieron",
    "random": "Al azar",
}
"""Why something is worth a look."""
NOT_CHANGED: Final = "El asistente sigue como estaba: {razon}"
PUBLICATIONS: Final = {
    "waiting": "en espera",
    "running": "probando",
    "proved": "lista, sin publicar",
    "publishing": "publicando",
    "published": "publicada",
    "refused": "descartada",
    "failed": "no se pudo probar",
    "rolled_back": "publicada y revertida",
}
