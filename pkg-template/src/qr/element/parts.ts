// The element's shadow tree. Built node by node, with the style as an object: no Content-Security-Policy forbids that,
// not even one that requires trusted types.

import { STYLE } from "./style.js";

export type Parts = ReturnType<typeof buildParts>;

export function buildParts(root: ShadowRoot) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  const make = <Tag extends keyof HTMLElementTagNameMap>(
    tag: Tag,
    name: string,
    ...children: Node[]
  ): HTMLElementTagNameMap[Tag] => {
    const element = document.createElement(tag);
    element.className = name;
    element.setAttribute("part", name.replace("button ", ""));
    element.append(...children);
    return element;
  };

  const [svg, svgPath] = drawing({ role: "img", "shape-rendering": "crispEdges", part: "svg" });
  const [mark, markPath] = drawing({ "aria-hidden": "true", viewBox: "0 0 24 24", class: "mark", part: "mark" });
  const img = make("img", "img");
  const slot = document.createElement("slot");
  slot.name = "code";
  const frame = make("div", "qr-frame", slot);
  const summary = make("summary", "summary");
  const code = make("details", "code", summary, frame);
  const open = make("a", "button open");
  const stage = make("div", "stage", make("div", "ways", open, code), mark);
  const amount = make("div", "amount");
  const merchant = make("div", "merchant");
  const status = make("p", "status");
  status.setAttribute("role", "status");
  const countdown = make("div", "countdown");
  countdown.setAttribute("role", "timer");
  const lastMinute = make("div", "visually-hidden");
  lastMinute.setAttribute("role", "status");
  const renew = make("button", "button renew");
  renew.type = "button";
  const card = make("div", "card", amount, merchant, stage, status, make("div", "foot", countdown, renew), lastMinute);
  card.setAttribute("role", "group");
  card.tabIndex = -1;
  root.append(card);
  return {
    amount,
    card,
    code,
    countdown,
    frame,
    img,
    lastMinute,
    mark,
    markPath,
    merchant,
    open,
    renew,
    slot,
    status,
    summary,
    svg,
    svgPath,
  };
}

function drawing(attributes: Record<string, string>): [SVGSVGElement, SVGPathElement] {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.append(path);
  return [svg, path];
}

/** Shows the text, or hides the element if there is none. */
export function show(element: HTMLElement, text: string): void {
  say(element, text);
  element.hidden = text === "";
}

/** Sets the text only if it is new, because screen readers repeat it. */
export function say(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
