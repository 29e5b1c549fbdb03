/** How days and times are named. */

const DAY = new Intl.DateTimeFormat('es-MX', { weekday: 'long', day: 'numeric', month: 'long' });
export const CLOCK = new Intl.DateTimeFormat('es-MX', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** 'Hoy', 'Ayer', 'martes 24 de noviembre', with the year when it is another one. */
export function dayName(moment, today = new Date()) {
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (moment.toDateString() === today.toDateString()) return 'Hoy';
  if (moment.toDateString() === yesterday.toDateString()) return 'Ayer';
  const year = moment.getFullYear() === today.getFullYear() ? '' : ` de ${moment.getFullYear()}`;
  return DAY.format(moment).replace(',', '') + year;
}
