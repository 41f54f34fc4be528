// Times in a page: `expires-at`, and the countdown.

/** An ISO 8601 time as milliseconds since 1970. Without a zone it is UTC, as in ItPay's API. NaN if it is none. */
export function parseTime(text: string): number {
  const [whole, date, time = "00:00", zone = "Z"] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?)?$/i.exec(text.trim()) ?? [];
  return whole === undefined
    ? Number.NaN
    : Date.parse(`${date}T${time}${zone.toUpperCase().replace(/(\d\d)(\d\d)$/, "$1:$2")}`);
}

/** `14:59` */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const pad = (number: number): string => String(number).padStart(2, "0");
  return `${pad(Math.floor(seconds / 60))}:${pad(seconds % 60)}`;
}
