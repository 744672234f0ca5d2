"""How a page looks, on the screen and on A4."""

from typing import Final

STYLE: Final = """
body{font:14px/1.4 'Helvetica Neue',Arial,'Liberation Sans','DejaVu Sans',sans-serif;color:#222;background:#fff;
max-width:800px;margin:1.5em auto;padding:0 1em}
h1{font-size:1.5em;margin:0 0 .3em}h2{font-size:1.05em;margin:1.1em 0 .3em;border-bottom:1px solid #bbb}
dl{display:flex;flex-wrap:wrap;gap:.15em 1.4em;margin:.2em 0}dl div{display:flex;gap:.4em}
dt{color:#595959}dd{margin:0;font-weight:bold}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.15em .8em .15em 0;vertical-align:top}
thead th{border-bottom:1px solid #888}tbody tr:nth-child(even){background:#f5f5f5}
.figures th{font-weight:normal;width:37%}.value{font-weight:bold;white-space:nowrap;width:13%}
.n{color:#595959;white-space:nowrap;width:9%}
.why{color:#7a3b00}.none{color:#595959;margin:.3em 0}
figure{margin:.2em 0}figure svg{width:100%;height:auto}.beside figure svg{max-width:370px}
.one{white-space:nowrap}
details{margin:.2em 0}summary{cursor:pointer;color:#12355b}details table{font-size:.85em}
.beside .figures{font-size:.88em}.beside .figures :is(th,td){white-space:nowrap;width:auto}
.beside{display:flex;flex-wrap:wrap;gap:0 2em}.beside>*{flex:1 1 330px}
.wording{border-top:2px solid #222;padding-top:.5em;margin-top:1.5em}footer dl{font-size:.8em}
footer dd{font-weight:normal;overflow-wrap:anywhere}
@media print{@page{size:A4;margin:10mm}body{max-width:none;margin:0;padding:0;font-size:10.5px}
ul,.wording{margin:.3em 0}details:not([open]){display:none}section{break-inside:avoid}h2{margin:.6em 0 .2em}
figure svg{max-height:105mm;width:auto;max-width:100%}.beside figure svg{max-height:50mm}}
"""
