// The style sheet of all pages.

export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f3f5f4; --card: #fff; --ink: #14211c; --soft: #55655e; --line: #dde4e0;
  --accent: #0a6e50; --on-accent: #fff; --tint: #e5f3ed;
  --good: #0a6e50; --bad: #b3261e; --bad-tint: #fbe9e7; --late: #8a5300; --late-tint: #fcf0dc; --busy: #1f5fbf; --busy-tint: #e6eefb;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0e1412; --card: #171f1c; --ink: #e9f0ec; --soft: #a3b3ab; --line: #2c3833;
    --accent: #55d3a5; --on-accent: #05231a; --tint: #17342a;
    --good: #55d3a5; --bad: #ff9c92; --bad-tint: #3c1d1a; --late: #f3bd6a; --late-tint: #372813; --busy: #8ab8ff; --busy-tint: #192a45;
  }
}
* { box-sizing: border-box; }
body { overflow-wrap: anywhere; margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, "Noto Sans", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: center; padding: .75rem 1rem; font-size: .875rem; color: var(--soft); }
header b { color: var(--late); background: var(--late-tint); padding: .15rem .6rem; border-radius: 1rem; margin-inline-end: .5rem; }
header nav { margin-inline-start: auto; display: flex; gap: 1rem; }
a { color: inherit; text-underline-offset: .2em; }
a, button { touch-action: manipulation; }
header a { min-height: 1.5rem; }
header a[aria-current] { color: var(--ink); font-weight: 600; text-decoration: none; }
:focus-visible { outline: 3px solid var(--busy); outline-offset: 2px; border-radius: .25rem; }
h1, h2, p, ol, ul, dl, dd { margin: 0; padding: 0; }
ol, ul { list-style: none; }
code { font: .8125rem ui-monospace, "DejaVu Sans Mono", monospace; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 1.25rem; box-shadow: 0 1px 2px #0001, 0 12px 32px -12px #0003; }
.soft { color: var(--soft); }
.pill { display: inline-flex; align-items: center; gap: .45em; padding: .1rem .7rem; border-radius: 1rem; font-size: .8125rem; font-weight: 600; white-space: nowrap; background: var(--busy-tint); color: var(--busy); }
.pill::before { flex: none; content: ""; width: .5em; height: .5em; border-radius: 50%; background: currentColor; }
.good { background: var(--tint); color: var(--good); } .bad { background: var(--bad-tint); color: var(--bad); } .late { background: var(--late-tint); color: var(--late); }
button, .button { display: grid; place-content: center; width: 100%; min-height: 2.75rem; padding: .5rem 1rem; font: inherit; font-weight: 600; text-align: center; text-decoration: none; color: var(--ink); background: transparent; border: 1px solid var(--line); border-radius: .75rem; cursor: pointer; }
button:hover:enabled { border-color: var(--soft); }
button:disabled { opacity: .45; cursor: default; }
button.main, .button.main { min-height: 3.25rem; font-size: 1.125rem; color: var(--on-accent); background: var(--accent); border-color: transparent; }
button.main:hover:enabled, .button.main:hover { filter: brightness(1.08); }
.notice { padding: .6rem .9rem; border-radius: .75rem; background: var(--late-tint); color: var(--late); font-size: .9375rem; }
.narrow { max-width: 26rem; margin: 0 auto; padding: .5rem 1rem 2.5rem; }

.wallet { padding: 1.5rem; display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; }
.wallet .to { order: -2; } .picture:has(.mark) { order: -1; padding-top: .5rem; }
.wallet .to { display: flex; gap: .85rem; align-items: center; min-width: 0; }
.wallet .to > div { min-width: 0; }
.avatar { flex: none; display: grid; place-items: center; width: 2.75rem; height: 2.75rem; border-radius: .9rem; background: var(--tint); color: var(--good); font-weight: 700; font-size: 1.25rem; }
.wallet h1 { font-size: 1.0625rem; line-height: 1.3; }
.amount { font-size: clamp(2rem, 11vw, 2.75rem); font-weight: 700; letter-spacing: -.02em; line-height: 1.1; text-align: center; font-variant-numeric: tabular-nums; }
.state, .picture { text-align: center; display: grid; gap: .4rem; justify-items: center; }
.state .pill { font-size: .9375rem; padding: .25rem .9rem; white-space: normal; }
.picture:empty { display: none; }
.code { width: min(100%, 14rem); padding: .5rem; background: #fff; border: 1px solid var(--line); border-radius: 1rem; }
.code svg { display: block; width: 100%; height: auto; }
.code.used svg { opacity: .18; }
.mark { width: 5.5rem; height: 5.5rem; border-radius: 50%; display: grid; place-items: center; }
.mark svg { width: 2.75rem; height: 2.75rem; fill: none; stroke: currentColor; stroke-width: 3; stroke-linecap: round; stroke-linejoin: round; }
.buttons { display: flex; flex-wrap: wrap; gap: .6rem; }
.buttons > * { flex: 1 1 auto; width: auto; padding: .4rem .8rem; font-size: .9375rem; line-height: 1.2; }
.buttons .half { flex-basis: 40%; }
.buttons .wide { flex-basis: 100%; }
.buttons .main { font-size: 1.125rem; }
.buttons a.soft { text-align: center; font-size: 1rem; }
.facts { display: grid; grid-template-columns: auto 1fr; gap: .35rem 1rem; padding-top: 1rem; border-top: 1px solid var(--line); font-size: .875rem; }
.facts dt { color: var(--soft); } .facts dd { text-align: end; }
@media (prefers-reduced-motion: no-preference) {
  .mark { animation: arrive .35s ease-out; }
  @keyframes arrive { from { transform: scale(.7); opacity: 0; } }
  .pill.waits::before { animation: wait 1.6s ease-in-out infinite; }
  @keyframes wait { 50% { opacity: .25; } }
}

.board { max-width: 64rem; margin: 0 auto; padding: .5rem 1rem 3rem; display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.75rem; }
.board h1 { font-size: 1.5rem; }
.top { display: flex; flex-wrap: wrap; gap: .75rem 1rem; align-items: center; justify-content: space-between; }
.top button.main { min-height: 2.75rem; font-size: 1rem; }
.board .card { box-shadow: 0 1px 2px #0001; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .75rem; }
.tiles li { padding: .9rem 1.1rem; border-radius: 1rem; }
.tiles b { display: block; font-size: 1.75rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.board section { display: grid; grid-template-columns: minmax(0, 1fr); gap: .6rem; }
.board h2 { font-size: 1.125rem; }
.board h2 small { font-weight: 400; color: var(--soft); }
.rows > li { display: grid; gap: .35rem 1rem; align-items: center; padding: .8rem 1.1rem; border-top: 1px solid var(--line); }
.rows > li:first-child { border-top: 0; }
.rows > li { grid-template-columns: minmax(0, 1fr) auto; }
.rows .what { min-width: 0; }
.rows .line { font-size: .875rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.rows .price { font-weight: 600; font-variant-numeric: tabular-nums; text-align: end; }
.rows .side { display: grid; justify-items: end; align-self: start; gap: .35rem; }
@media (max-width: 34rem) {
  .rows.deliveries > li { grid-template-columns: minmax(0, 1fr); }
  .rows.deliveries .side { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; }
}
.rows form button { min-height: 2rem; padding: .2rem .8rem; font-size: .875rem; width: auto; white-space: nowrap; }
.rows details { margin-top: .35rem; font-size: .875rem; }
.rows summary { width: fit-content; padding: .3rem 0; color: var(--soft); cursor: pointer; }
.rows .path { overflow-wrap: anywhere; }
.rows .problem { font-size: .875rem; color: var(--bad); }
pre { max-height: 24rem; margin: .25rem 0 .5rem; padding: .75rem .9rem; overflow: auto; font: .8125rem/1.5 ui-monospace, "DejaVu Sans Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--ground); border-radius: .75rem; }
.signature { max-width: 44rem; gap: 1.25rem; }
.fields { display: grid; gap: .4rem; padding: 1.25rem; }
.fields label { font-weight: 600; font-size: .875rem; }
.fields input, .fields textarea { width: 100%; margin-bottom: .6rem; padding: .6rem .75rem; font: .875rem/1.5 ui-monospace, "DejaVu Sans Mono", monospace; color: var(--ink); background: var(--ground); border: 1px solid var(--line); border-radius: .6rem; }
.fields textarea { resize: vertical; }
.verdict { padding: .6rem .9rem; border-radius: .75rem; font-weight: 600; }
.checks li { display: grid; grid-template-columns: 1.25rem 6rem minmax(0, 1fr); gap: .25rem .5rem; padding: .5rem .25rem; border-top: 1px solid var(--line); font-size: .9375rem; }
.checks li:first-child { border-top: 0; }
.checks .name { font-weight: 600; }
.checks .passed .symbol { color: var(--good); } .checks .failed .symbol, .checks .failed .detail { color: var(--bad); } .checks .skipped { color: var(--soft); }
@media (max-width: 34rem) { .checks li { grid-template-columns: 1.25rem minmax(0, 1fr); } .checks .detail { grid-column: 2; } }
.tries { display: flex; flex-wrap: wrap; gap: .2rem .9rem; font-size: .8125rem; font-variant-numeric: tabular-nums; }
.tries .ok { color: var(--good); } .tries .no { color: var(--bad); }
.empty { padding: 2rem 1.1rem; text-align: center; color: var(--soft); }
@media (forced-colors: active) { .pill, .mark, .tiles li, .notice { border: 1px solid; } }
`;
