"""What is asked when messages are counted: the 21 questions of the FAQ in their own words, questions of an account, bursts, and lists."""

from __future__ import annotations

from typing import Final

FAQ: Final = (
    "¿Qué es Servidor virtual?",
    "¿Cuántos servidores virtuales puedo contratar?",
    "¿Qué sistema operativo tiene el servidor virtual?",
    "¿La suscripción del servidor virtual ya incluye el licenciamiento de los sistemas Aspel?",
    "¿El respaldo de información del servidor es automático o tengo que realizar algún procedimiento?",
    "¿Cuál es el periodo de gracia del servidor virtual?",
    "¿Se pueden instalar más soluciones Aspel en el servidor virtual?",
    "¿Cuáles son las formas de pago disponibles para realizar la contratación del servidor virtual?",
    "¿Cuánto tiempo tarda en crearse mi servidor virtual?",
    "Si no realizo el pago de la suscripción del servidor virtual ¿Cuánto tiempo será resguardada mi información?",
    "¿El acceso al servidor virtual tiene un horario específico?",
    "Contraté un servidor virtual, pero quiero cambiarlo por una solución superior ¿Qué tengo que hacer?",
    "Al cambiar de servidor por haber contratado una solución superior ¿La información que tenía en el equipo anterior se va a trasladar al nuevo equipo?",
    "¿Dónde puedo encontrar los datos para conectarme al servidor virtual?",
    "¿Dónde puedo consultar la vigencia de mi servidor virtual?",
    "¿Dónde puedo consultar y descargar la factura electrónica correspondiente al pago del servidor virtual?",
    "¿Dónde puedo cambiar la contraseña del servidor virtual?",
    "¿A partir de qué fecha comienza la vigencia del servidor virtual?",
    "¿Tengo que contratar algún licenciamiento de los sistemas Aspel para realizar la contratación del servidor virtual?",
    "Realice la suscripción de un servidor virtual con cargo automático a cuenta bancaria o débito y aun no me llega ningún correo con mis datos ¿Qué debo de hacer?",
    "¿Cómo puedo realizar la conexión de usuarios de Aspel SAE al servidor virtual?",
)
ACCOUNT: Final = (
    "¿cuándo vence mi servidor?",
    "¿se hizo mi respaldo anoche?",
    "¿ya está mi factura?",
    "¿cuánto debo?",
    "¿ya quedó mi pago?",
    "¿qué servidores tengo?",
    "¿cómo está mi servidor?",
    "¿qué licencias tengo?",
)
LISTED: Final = ("¿cuándo vence mi servidor?", "¿se hizo mi respaldo anoche?", "¿cómo está mi servidor?")
"""Asked by C-1009, who has five servers; a list that comes back is answered by a press."""
_OPENINGS: Final = (("hola",), ("hola", "oye"), ("buenas tardes",), ("buen día", "una pregunta"), ("hola", "buenas"))
BURSTS: Final = tuple((*_OPENINGS[n % len(_OPENINGS)], [*ACCOUNT, *FAQ][n % (len(ACCOUNT) + len(FAQ))]) for n in range(50))
"""Messages that follow each other within a second: greetings, then one question."""
