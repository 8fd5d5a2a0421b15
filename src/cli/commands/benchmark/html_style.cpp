#include "cli/commands/benchmark/html_parts.hpp"

namespace codemate::cli::benchmark {

// Every colour of text has a contrast of at least 4.5 on its ground, in both schemes; every mark at least 3.
// Shades at the sides of a table that is wider than the screen say that there is more.
std::string_view html_style() {
    return R"(:root{color-scheme:light dark;--page:#f6f5f1;--card:#fff;--ink:#1b1d22;--soft:#565c68;--rule:#dcdad3;
--first:#0a6b5e;--second:#a5480d;--band:#0a6b5e26;--bad:#a01c2c;--shade:#1b1d2226}
@media (prefers-color-scheme:dark){:root{--page:#111317;--card:#1a1d23;--ink:#e9ebef;--soft:#a6adba;--rule:#343943;
--first:#4fd0b6;--second:#f0a564;--band:#4fd0b633;--bad:#ff8f99;--shade:#00000099}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;
-webkit-text-size-adjust:100%}
header,main,footer{max-width:1120px;margin:0 auto;padding:0 16px}
header{padding-top:40px;padding-bottom:8px}
header p{margin:.3em 0;color:var(--soft);overflow-wrap:anywhere}
.over{font-size:.8rem;letter-spacing:.08em;text-transform:uppercase}
h1{margin:0;font-size:clamp(1.7rem,5vw,2.4rem);line-height:1.15;letter-spacing:-.02em;text-wrap:balance}
h2{margin:0 0 16px;font-size:1.35rem;line-height:1.25;overflow-wrap:anywhere}
h3{margin:32px 0 4px;font-size:1.02rem}
code{font-family:ui-monospace,"SF Mono",Menlo,Consolas,monospace;font-size:.95em;letter-spacing:-.01em}
section{margin:20px 0;padding:24px;background:var(--card);border:1px solid var(--rule);border-radius:12px}
.hint{margin:0 0 12px;color:var(--soft);font-size:.92rem}
.bad{color:var(--bad)}
ul{margin:8px 0;padding-left:1.2em}
li{margin:3px 0;overflow-wrap:anywhere}
.remarks{margin:0 0 20px;padding:4px 16px;border-left:3px solid var(--second)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(124px,1fr));gap:20px 16px;margin:0 0 24px}
.tiles dt{color:var(--soft);font-size:.88rem}
.tiles dd{margin:0;font-size:.92rem}
.tiles b{font-size:1.9rem;line-height:1.2;font-weight:650;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
.tiles small{display:block;color:var(--soft);font-size:.85rem;font-variant-numeric:tabular-nums}
.table{overflow-x:auto;margin:0 -24px;padding:0 24px;
background:linear-gradient(90deg,var(--card) 40%,transparent) left/48px 100% no-repeat local,
linear-gradient(270deg,var(--card) 40%,transparent) right/48px 100% no-repeat local,
linear-gradient(90deg,var(--shade),transparent) left/14px 100% no-repeat scroll,
linear-gradient(270deg,var(--shade),transparent) right/14px 100% no-repeat scroll}
.table:focus-visible{outline:2px solid var(--first);outline-offset:-2px}
table{width:100%;border-collapse:collapse;font-size:.92rem;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);font-size:.92rem;padding-bottom:6px}
th,td{padding:7px 0 7px 18px;text-align:right;white-space:nowrap;border-bottom:1px solid var(--rule)}
th:first-child{padding-left:0;text-align:left}
thead th{color:var(--soft);font-weight:500}
tbody th{font-weight:600}
tbody tr:last-child>*{border-bottom:0}
.stated{max-width:560px}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(270px,100%),1fr));gap:20px 28px}
.charts+.hint{margin:16px 0 4px}
figure{margin:0;max-width:520px}
figcaption{font-size:.92rem;font-weight:600;margin-bottom:2px}
svg{display:block;width:100%;height:auto;overflow:visible}
.tick{fill:var(--soft);font-size:11.5px;font-variant-numeric:tabular-nums}
.grid{stroke:var(--rule);stroke-width:1}
.axis{stroke:var(--soft);stroke-width:1}
.interval{fill:var(--band)}
.median{stroke:var(--first);stroke-width:2}
.run{fill:var(--first);stroke:var(--card);stroke-width:1.5}
.trend{fill:none;stroke:var(--first);stroke-width:2;stroke-linejoin:round}
.second.trend{stroke:var(--second)}
.second.run{fill:var(--second)}
.whisker{stroke:var(--first);stroke-width:1.5;opacity:.6}
.change{stroke:var(--second);stroke-width:1.5;stroke-dasharray:4 3}
.terms{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(250px,100%),1fr));gap:10px 24px;margin:8px 0 0}
.terms dt{color:var(--soft);font-size:.85rem}
.terms dd{margin:0;overflow-wrap:anywhere}
footer{padding-top:4px;padding-bottom:40px;color:var(--soft);font-size:.88rem}
@media (max-width:560px){section{padding:18px 16px}.table{margin:0 -16px;padding:0 16px}}
@media print{body{background:#fff}section{break-inside:avoid-page;border-color:#ccc}}
)";
}

} // namespace codemate::cli::benchmark
