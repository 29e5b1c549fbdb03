/** How days and times are named: on the company's clock, as the answers name them, and with its zone where the reader's clock says otherwise. */

const NAMES = { 'America/Mexico_City': 'hora de Ciudad de México' }; // which some browsers know in English only
const HOUR = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };

export class Calendar {
  constructor(zone) {
    const format = (options, timeZone = zone) => new Intl.DateTimeFormat('es-MX', { timeZone, ...options });
    try {
      this.clock = format(HOUR);
    } catch {
      zone = undefined; // unknown to this browser: the reader's own
      this.clock = format(HOUR);
    }
    this.date = format({ dateStyle: 'short' });
    this.day = format({ weekday: 'long', day: 'numeric', month: 'long' });
    this.year = format({ year: 'numeric' });
    this.zone = (moment) => NAMES[zone] ?? format({ timeZoneName: 'shortGeneric' }).formatToParts(moment).find(({ type }) => type === 'timeZoneName').value;
    const whole = { dateStyle: 'short', timeStyle: 'short' };
    [this.here, this.there] = [new Intl.DateTimeFormat('es-MX', whole), format(whole)];
  }

  /** 'Hoy', 'Ayer', 'martes 24 de noviembre', with the year when it is another one. */
  dayName(moment, today = new Date()) {
    const date = this.date.format(moment);
    if (date === this.date.format(today)) return 'Hoy';
    if (date === this.date.format(today.getTime() - 86_400_000)) return 'Ayer';
    const year = this.year.format(moment) === this.year.format(today) ? '' : ` de ${this.year.format(moment)}`;
    return this.day.format(moment).replace(',', '') + year;
  }

  /** '14:05', or '14:05 (hora de Ciudad de México)'. */
  time(moment) {
    const time = this.clock.format(moment);
    if (this.here.format(moment) === this.there.format(moment)) return time;
    return `${time} (${this.zone(moment)})`;
  }
}
