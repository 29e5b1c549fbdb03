"""What the gateway says when a request fails, es-MX, whatever the channel."""

ERRORS = {
    "malformed": "No pude leer la solicitud. Revisa los datos e inténtalo de nuevo.",
    "empty": "Escribe tu mensaje antes de enviarlo.",
    "cursor": "Esa posición de la conversación no existe. Vuelve a cargar los mensajes.",
    "too_large": "Tu mensaje es demasiado largo: el límite es de 4,096 caracteres. Acórtalo y envíalo de nuevo.",
    "session": "Tu sesión de chat no es válida. Abre el chat de nuevo.",
    "session_expired": "Tu sesión de chat terminó. Abre el chat de nuevo.",
    "token": "No pudimos comprobar quién eres con los datos del portal. Entra de nuevo al portal.",
    "token_expired": "El acceso que dio el portal ya venció. Vuelve a cargar la página del portal.",
    "forbidden": "Esa opción no pertenece a esta conversación.",
    "conflict": "Ya recibimos otro mensaje con ese identificador.",
    "button_used": "Esa opción ya se usó. Escribe tu pregunta o elige otra.",
    "button_expired": "Esa opción ya venció. Escribe tu pregunta de nuevo.",
    "rate": "Estás enviando mensajes muy rápido. Espera un momento e inténtalo de nuevo.",
    "busy": "En este momento hay muchas personas escribiendo. Inténtalo de nuevo en unos segundos.",
    "unavailable": "Por ahora no podemos recibir mensajes. Inténtalo de nuevo en unos segundos.",
    "not_found": "No existe lo que buscas.",
    "method": "Ese método no se permite aquí.",
    "unknown_customer": "No existe ese cliente de demostración.",
    "internal": "Algo falló de nuestro lado. Inténtalo de nuevo.",
}
