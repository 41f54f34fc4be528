// The element's style. Text and background are the page's. Only the code has its own colors, so that it can be scanned.

export const STYLE = `
:host {
  display: inline-block;
  box-sizing: border-box;
  width: var(--itpay-qr-width, 18rem);
  max-width: 100%;
  font: 400 1rem/1.4 var(--itpay-qr-font, system-ui, sans-serif);
  text-align: center;
}
@media (max-width: 30rem) {
  :host { display: block; width: var(--itpay-qr-width, 100%); margin-inline: auto; }
}
:host([hidden]), [hidden] { display: none !important; }
.card { outline: none; }
.amount { font-size: 2rem; font-weight: 650; line-height: 1.2; font-variant-numeric: tabular-nums; }
.merchant, .countdown { opacity: 0.75; }
.countdown { font-size: 0.875rem; font-variant-numeric: tabular-nums; }
/* The heights of the stage, the status and the foot are the same in every state, so that nothing jumps at the end. */
.stage { display: grid; margin-block: 1rem; }
.stage > * { grid-area: 1 / 1; min-width: 0; }
.button-first .open[hidden], .button-first summary[hidden] { display: block !important; visibility: hidden; }
.status { display: grid; align-content: center; margin: 0; min-height: 2.8em; font-weight: 550; text-wrap: balance; }
.foot { display: grid; align-items: start; min-height: 3.5rem; }
.foot > * { grid-area: 1 / 1; }
.qr-frame {
  display: grid;
  box-sizing: border-box;
  max-width: 24rem;
  margin-inline: auto;
  aspect-ratio: 1;
  background: var(--itpay-qr-light, #fff);
  color: var(--itpay-qr-dark, #000);
  border-radius: var(--itpay-qr-radius, 0.75rem);
  box-shadow: 0 0 0 1px #8884;
  overflow: hidden;
  forced-color-adjust: none;
}
.qr-frame > * { grid-area: 1 / 1; min-width: 0; min-height: 0; }
.qr-frame slot { display: block; transition: opacity 0.3s; }
.dimmed slot { opacity: 0.06; }
slot img, slot svg, ::slotted([slot="code"]) { display: block; width: 100%; height: 100%; }
slot img { color: transparent; -webkit-touch-callout: default; user-select: auto; }
slot path { stroke: currentColor; }
.mark {
  z-index: 1;
  place-self: center;
  width: min(40%, 7rem);
  aspect-ratio: 1;
  border-radius: 50%;
  background: var(--itpay-qr-accent, #1257c9);
  color: #fff;
  animation: in 0.3s;
}
.button-first .mark { width: 4.5rem; }
.succeeded .mark { background: #15803d; }
.failed .mark { background: #b91c1c; }
.canceled .mark, .expired .mark { background: #57534e; }
.mark path { fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
@keyframes in { from { scale: 0.6; opacity: 0; } }
summary { cursor: pointer; padding: 0.5rem; opacity: 0.75; }
.succeeded .status { color: #15803d; color: light-dark(#15803d, #4ade80); }
.failed .status { color: #b91c1c; color: light-dark(#b91c1c, #f87171); }
.button {
  display: block;
  box-sizing: border-box;
  width: 100%;
  padding: 0.75rem 1rem;
  border: 0;
  border-radius: var(--itpay-qr-radius, 0.75rem);
  background: var(--itpay-qr-accent, #1257c9);
  color: var(--itpay-qr-accent-ink, #fff);
  font: inherit;
  font-weight: 600;
  text-decoration: none;
  cursor: pointer;
}
.button:hover { filter: brightness(1.1); }
:focus-visible:not(.card) { outline: 3px solid var(--itpay-qr-accent, #1257c9); outline-offset: 3px; }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; } }
@media (forced-colors: active) {
  .button { border: 2px solid ButtonText; }
  .qr-frame { box-shadow: none; border: 1px solid CanvasText; }
}
`;
