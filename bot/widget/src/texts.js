/** Every word of the window, es-MX. What a customer reads stands here, and nowhere else in the widget. */

export const TEXTS = {
  title: 'Soporte Servidor Virtual',
  launcher: 'Abrir chat de soporte',
  welcome: '¡Hola! ¿En qué te ayudo?',
  intro: 'Pregúntame por tu servidor virtual: vigencia, respaldos, pagos, facturas o acceso.',
  suggestions: ['¿Cuándo vence mi servidor?', '¿Se hizo mi respaldo?', '¿Cómo pago?', 'Hablar con un asesor'],
  placeholder: 'Escribe tu mensaje',
  status: {
    idle: '',
    connecting: 'Conectando…',
    online: 'En línea',
    agent: 'Te atiende un asesor',
    offline: 'Sin conexión. Reintentando…',
    ended: 'Sesión cerrada',
    token: 'Tu sesión del portal terminó',
  },
  author: { customer: 'Tú', bot: 'Asistente', agent: 'Asesor' },
  unsent: 'Sin enviar',
  later: 'Sin enviar · lo reintento en un momento',
  retry: 'Reintentar',
  sending: 'Enviando…',
  typing: { bot: 'El asistente está escribiendo', agent: 'Un asesor está escribiendo' },
  tooLong: 'Tu mensaje es demasiado largo. Acórtalo o envíalo en partes; aquí se queda lo que escribiste.',
  refused: 'No pude recibir ese mensaje. Lo dejé en el cuadro para que lo revises y lo envíes de nuevo.',
  usedButton: 'Esa opción ya se usó o ya no está disponible. Escribe tu pregunta y con gusto te ayudo.',
  picture: (phone, hours) => `Por ahora no puedo ver imágenes ni archivos. Cuéntame con palabras qué aparece, por ejemplo el texto del error, o llama al ${phone} (${hours}).`,
  renewed: 'Por seguridad cerré la conversación anterior. Sigamos en una nueva.',
  portal: 'Tu sesión del portal terminó. Vuelve a entrar para continuar; lo que escribiste se conserva.',
  ended: 'Cerraste la sesión. La conversación ya no está en esta computadora.',
  again: 'Iniciar conversación',
  confirm: (unsent) =>
    '¿Cerrar sesión y borrar la conversación de esta computadora?' +
    (unsent ? ` También se ${unsent === 1 ? 'borrará 1 mensaje' : `borrarán ${unsent} mensajes`} sin enviar.` : ''),
};
