// HTML from templates. Every value is escaped, unless it is HTML from a template itself.

/** Markup that is safe to send. */
export class Html {
  constructor(readonly markup: string) {}
}

type Part = Html | string | number | false | undefined | Part[];

export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(strings.map((text, index) => text + markup(parts[index])).join(""));
}

function markup(part: Part): string {
  if (part === undefined || part === false) return "";
  if (part instanceof Html) return part.markup;
  if (Array.isArray(part)) return part.map(markup).join("");
  return String(part).replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
