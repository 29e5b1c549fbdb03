/** Reads a text/event-stream that comes through fetch, because EventSource can carry no Authorization header. */

/** Events of a text/event-stream body: {id, event, data}. An event that is cut in the middle is dropped, never guessed. */
export async function* sseEvents(body, onBytes = () => {}) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let event = { id: '', event: 'message', data: null };
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onBytes();
      const lines = (rest + decoder.decode(value, { stream: true })).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop(); // a line, or half of a \r\n, that is not complete yet
      for (const line of lines) {
        if (line === '') {
          if (event.data !== null) yield event;
          event = { id: '', event: 'message', data: null };
          continue;
        }
        const [, field, content] = /^([^:]*)(?:: ?)?(.*)$/s.exec(line);
        if (field === 'data') event.data = event.data === null ? content : `${event.data}\n${content}`;
        else if (field === 'event' || field === 'id') event[field] = content;
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
