#include "cli/audit_style.h"

namespace annals {

// Colours first, all of them, once per scheme; nothing below names a colour. --c is the colour of what a class says.
std::string_view AuditStyle() {
  return R"css(
:root {
  color-scheme: light dark;
  --page: #fbfaf8; --raised: #ffffff; --text: #1f2328; --quiet: #5b626d; --rule: #e4e1db; --link: #1d5fa8;
  --green: #217346; --red: #b42318; --yellow: #8a5a00; --blue: #3a5fb4; --cyan: #176b80; --grey: #5f6671;
  --violet: #7a3fb0; --editing: #2f62b3; --static: #0f7079; --fixing: #945011; --runtime: #8350a8;
  --tint: 14%; --bar: 32%;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #14161a; --raised: #1a1d22; --text: #e4e6ea; --quiet: #9da5b1; --rule: #2d323a; --link: #82b4f0;
    --green: #65c08a; --red: #f28b80; --yellow: #dfb04a; --blue: #8eabf0; --cyan: #62bcd2; --grey: #9aa2ad;
    --violet: #c39af0; --editing: #79a5ee; --static: #56c0cb; --fixing: #e6a35c; --runtime: #c295e2;
    --tint: 20%; --bar: 40%;
  }
}
@media print { :root { color-scheme: light; --page: #ffffff; --text: #000000; --link: #000000; } }
.i-green { --c: var(--green); } .i-red { --c: var(--red); } .i-yellow { --c: var(--yellow); }
.i-blue { --c: var(--blue); } .i-cyan { --c: var(--cyan); } .i-dim { --c: var(--grey); } .i-plain { --c: var(--text); }
.s-editing { --c: var(--editing); } .s-static { --c: var(--static); } .s-fixing { --c: var(--fixing); }
.s-runtime { --c: var(--runtime); } .k-refused { --c: var(--yellow); } .k-overridden { --c: var(--violet); }
.k-error { --c: var(--red); } .k-plain { --c: var(--grey); }

* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
}
main, body > header, body > footer { max-width: 74rem; margin: 0 auto; padding: 0 clamp(1rem, 4vw, 3rem); }
body > header { padding-top: clamp(1.5rem, 5vw, 3.5rem); }
a { color: var(--link); text-underline-offset: .15em; }
h1 { margin: 0; font-size: clamp(1.6rem, 4.5vw, 2.4rem); line-height: 1.2; font-weight: 650; letter-spacing: -.015em; }
h2 { margin: 0; font-size: 1.25rem; line-height: 1.3; font-weight: 620; letter-spacing: -.005em; }
h1, td, dd, pre, p, summary, li { overflow-wrap: anywhere; }
p { margin: .35rem 0 0; max-width: 46rem; }
section { margin-top: 3rem; }
section > p, figcaption, .eyebrow, .note, body > footer { color: var(--quiet); font-size: .9rem; }
.eyebrow { margin: 0 0 .3rem; }
nav { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; margin-top: 1.2rem; font-size: .9rem; }
body > footer { margin-top: 4rem; padding-top: 1rem; padding-bottom: 3rem; border-top: 1px solid var(--rule); }
code, pre { font: .86em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }

.pill {
  display: inline-block; padding: .05em .55em; border-radius: 1em; font-size: .92em;
  color: var(--c); background: color-mix(in srgb, var(--c) var(--tint), var(--raised));
}
h1 .pill { font-size: .5em; font-weight: 550; letter-spacing: 0; vertical-align: middle; }
.ink { color: var(--c); }

.facts {
  display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); margin: 2rem 0 0;
  overflow: hidden; border: 1px solid var(--rule); border-radius: .6rem;
}
.facts > div { padding: .8rem 1rem .9rem; background: var(--raised); box-shadow: 0 0 0 1px var(--rule); }
.facts dt { color: var(--quiet); font-size: .8rem; }
.facts dd { margin: .1rem 0 0; font-size: 1.15rem; font-weight: 600; line-height: 1.35; }
.facts .note { font-size: .8rem; font-weight: 400; }

figure { margin: 1rem 0 0; }
.canvas { padding: 1rem 1rem .5rem; overflow: hidden; border: 1px solid var(--rule); border-radius: .6rem; background: var(--raised); }
.timeline > .canvas > svg { display: block; }
svg, .lane { overflow: visible; }
.tick, .floor { stroke: var(--rule); stroke-width: 1; shape-rendering: crispEdges; }
.tick { stroke-dasharray: 2 3; }
.when { fill: var(--quiet); font-size: 11px; font-variant-numeric: tabular-nums; }
.name { fill: var(--text); font-size: 13px; font-weight: 600; }
.name tspan { fill: var(--c); font-size: 12px; font-weight: 500; }
.stay { fill: color-mix(in srgb, var(--c) var(--bar), var(--raised)); stroke: var(--raised); stroke-width: 1; }
.stay.i-dim, .stay.i-blue { fill: color-mix(in srgb, var(--c) 13%, var(--raised)); }
.stay.i-yellow { fill: url(#hatch); }
.stay.open { stroke: var(--c); stroke-dasharray: 3 3; }
.hatch-ground { fill: color-mix(in srgb, var(--yellow) 12%, var(--raised)); }
.hatch-line { fill: color-mix(in srgb, var(--yellow) 42%, var(--raised)); }
.life { fill: color-mix(in srgb, var(--text) 7%, var(--raised)); }
.state { fill: var(--text); font-size: 11px; pointer-events: none; }
.end, .attempt { fill: var(--c); }
.attempt.i-cyan { fill: color-mix(in srgb, var(--c) 35%, var(--raised)); stroke: var(--c); stroke-dasharray: 2 2; }
use, .mark { fill: var(--c, var(--grey)); stroke: var(--c, var(--grey)); stroke-width: 1; }
.timeline a:hover use { stroke-width: 3; }
.hollow { fill: var(--raised); stroke-width: 1.6; }
.line { fill: none; stroke-width: 1.6; }
.mark { width: .8em; height: .8em; vertical-align: -.05em; flex: none; }
figcaption { margin-top: .8rem; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; margin: 0; padding: 0; list-style: none; }
.legend li { display: inline-flex; align-items: center; gap: .4em; }
.swatch { width: 1.4em; height: .85em; border-radius: .15em; background: color-mix(in srgb, var(--c) var(--bar), var(--raised)); }
.swatch.i-dim, .swatch.i-blue { background: color-mix(in srgb, var(--c) 13%, var(--raised)); border: 1px solid var(--rule); }
.swatch.stay.i-yellow {
  background: repeating-linear-gradient(45deg, color-mix(in srgb, var(--yellow) 42%, var(--raised)) 0 2px,
    color-mix(in srgb, var(--yellow) 12%, var(--raised)) 2px 6px);
}
.swatch.thin { height: .35em; background: var(--c); }
.swatch.thin.i-cyan { background: none; border: 1px dashed var(--c); }
.left-out { color: var(--text); }

table { width: 100%; margin-top: 1rem; border-collapse: collapse; font-size: .88rem; line-height: 1.45; }
th { padding: .4rem .9rem .4rem 0; text-align: left; vertical-align: bottom; color: var(--quiet); font-size: .74rem;
  font-weight: 550; letter-spacing: .03em; border-bottom: 1px solid var(--rule); }
td { padding: .42rem .9rem .42rem 0; vertical-align: top; border-bottom: 1px solid var(--rule); }
th:last-child, td:last-child { padding-right: 0; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.t { min-width: 5.5rem; max-width: 11rem; }
#attempts td.t { min-width: 4.5rem; }
.n + td, .n + th { padding-left: .4rem; }
td.s { min-width: 7rem; }
td.time { font-variant-numeric: tabular-nums; white-space: nowrap; }
td.w { white-space: pre-wrap; min-width: 9rem; }
#events td.w { min-width: 16rem; }
td.w .mark { margin-right: .45em; }
tr:target td, td:target { background: color-mix(in srgb, var(--link) var(--tint), var(--page)); }
tr.k-refused td, tr.k-overridden td, tr.k-error td { background: color-mix(in srgb, var(--c) 6%, var(--page)); }
details > summary { cursor: pointer; color: var(--quiet); font-size: .86rem; }
.part { margin-top: .8rem; content-visibility: auto; contain-intrinsic-size: auto 1.6rem; }
td details { margin-top: .2rem; }
td pre { margin: .3rem 0 .2rem; padding: .6rem .8rem; white-space: pre-wrap; border-radius: .4rem; background: color-mix(in srgb, var(--text) 5%, var(--page)); }

@media (max-width: 74rem) { text.widest { display: none; } }
@media (max-width: 52rem) {
  text.wide { display: none; }
  .facts { grid-template-columns: repeat(2, minmax(0, 1fr)); }
}
@media screen and (max-width: 70rem) {
  thead { display: none; }
  table, tbody, tr { display: block; }
  tr { padding: .6rem 0; border-bottom: 1px solid var(--rule); }
  td { display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); gap: .6rem; padding: .08rem 0; border: 0; }
  td.t, #attempts td.t, td.s, td.w, #events td.w { min-width: 0; max-width: none; }
  .n + td { padding-left: 0; }
  td.n { text-align: left; }
  td .pill { justify-self: start; }
  td.w { white-space: pre-wrap; }
  td:empty { display: none; }
  td::before { color: var(--quiet); font-size: .8rem; }
  tr.k-refused, tr.k-overridden, tr.k-error { padding-left: .6rem; border-left: 3px solid var(--c); }
}
@media print {
  body { font-size: 10pt; }
  nav { display: none; }
  th, td { padding-right: .5rem; }
  td.t, td.w, #events td.w { min-width: 4.2rem; }
  table { font-size: 8pt; }
  .facts { grid-template-columns: repeat(4, minmax(0, 1fr)); }
  a { text-decoration: none; }
  section { margin-top: 1.6rem; }
  tr, .facts > div { break-inside: avoid; }
  h2 { break-after: avoid; }
  details::details-content { content-visibility: visible; display: block; block-size: auto; }
}
)css";
}

}  // namespace annals
