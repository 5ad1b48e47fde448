"""One page of HTML of executed notebooks, complete in itself: pictures and style are in it."""
import csv
import datetime
import html
import pathlib
import platform

import nbformat
from nbconvert import HTMLExporter
from pygments.formatters import HtmlFormatter

STYLE = """
:root { color-scheme: light; --line: #d8dce2; --soft: #f6f7f9; --text: #1d2430; --quiet: #5a6472; --bad: #b3261e; --good: #14663a; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem 1rem 4rem; max-width: 62rem; color: var(--text); background: #fff;
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 1rem 0 .25rem; } h2 { font-size: 1.2rem; margin: 1.75rem 0 .5rem; }
a { color: #0b5cad; } .quiet { color: var(--quiet); } .bad { color: var(--bad); font-weight: 600; } .good { color: var(--good); }
.scroll, .output_html { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; margin: .5rem 0; overflow-wrap: normal; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .75rem .3rem 0; text-align: left; vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; } td.number { white-space: nowrap; }
caption { color: var(--quiet); text-align: left; padding-bottom: .25rem; }
td[style*="left"] { min-width: 6rem; } td[style*="left"]:last-child { min-width: min(15rem, 60vw); }
td.name { white-space: nowrap; } td.long { min-width: 13rem; } td.said { min-width: 13rem; overflow-wrap: anywhere; }
.output_html > div { max-height: 42rem !important; }
img { max-width: 100%; height: auto; } progress { vertical-align: middle; }
pre { background: var(--soft); border-radius: 6px; padding: .5rem .75rem; margin: .5rem 0; overflow-x: auto; font-size: .85rem; line-height: 1.4; }
.output_subarea pre { background: none; padding: 0; } .output_error pre { color: var(--bad); }
.prompt, .anchor-link { display: none; }
details.notebook { border: 1px solid var(--line); border-radius: 8px; margin: .75rem 0; padding: 0 1rem; }
details.notebook > summary { cursor: pointer; padding: .75rem 0; font-weight: 600; } details.notebook[open] { padding-bottom: 1rem; }
details.notebook h1 { font-size: 1.35rem; } details.notebook h2 { font-size: 1.1rem; }
@media (max-width: 40rem) { body { padding: .5rem .75rem 3rem; } details.notebook { padding: 0 .75rem; } table { font-size: .85rem; } }
"""
# Their outputs are what most readers come for.
OPEN = "10-"


def title(notebook) -> str:
    first = next((cell.source for cell in notebook.cells if cell.cell_type == "markdown"), "")
    return first.splitlines()[0].lstrip("# ") if first else ""


def fragment(notebook) -> str:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "image/png" in data:
                output.metadata.setdefault("image/png", {})["alt"] = data.get("text/plain", "picture")
    body, _ = HTMLExporter(template_name="basic", anchor_link_text="").from_notebook_node(notebook)
    return body


def status(entry: dict) -> str:
    if entry["errors"]:
        return f'<span class="bad">failed</span>: {html.escape(entry["errors"][0])}'
    if entry["not_run"]:
        return html.escape(entry["not_run"][0])
    return '<span class="good">done</span>'


def results(table: pathlib.Path) -> str:
    """The results table, if there is one: published and reproduced in columns of their own."""
    if not table.exists():
        return ""
    lines = []
    with open(table, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            reproduced = row["reproduced_in_words"]
            lines.append("<tr>" + f'<td class="name">{html.escape(row["row"])}</td><td class="number">{float(row["published_readme_percent"]):.2f}</td>'
                         + f"<td class='name'>{html.escape(reproduced or 'not run')}</td>"
                         + f'<td class="long">{html.escape(row["settings_in_words"] or row["not_run"])}</td><td class="name">{html.escape(row["verdict"])}</td></tr>')
    return ("<h2>Results</h2><p class='quiet'>Test accuracy in per cent. Published: the authors', of depth 20 and width 10, after 254 or 300 "
            "epochs. In brackets: 95&nbsp;% interval, of one run for the choice of test images, of several for the luck of training.</p>"
            "<div class='scroll'><table><thead><tr><th>Row</th><th class='number'>Published</th><th>Reproduced</th>"
            "<th>Settings of the reproduced figure</th><th>Verdict</th></tr></thead><tbody>" + "".join(lines) + "</tbody></table></div>")


def page(notebooks: list, settings: dict, table: pathlib.Path) -> str:
    """
    notebooks: (executed file, what became of it) in order
    settings:  what they were executed with
    """
    overview, sections = [], []
    for file, entry in notebooks:
        notebook = nbformat.read(file, as_version=4)
        name = html.escape(title(notebook) or file.stem)
        overview.append(f'<tr><td class="long"><a href="#{file.stem}">{name}</a></td><td class="said">{status(entry)}</td><td class="number">{entry["seconds"]:,.0f} s</td></tr>')
        opened = " open" if file.stem.startswith(OPEN) or entry["errors"] else ""
        sections.append(f'<details class="notebook" id="{file.stem}"{opened}><summary>{name}</summary>'
                        f'<p class="quiet"><a href="{html.escape(file.name)}">{html.escape(file.name)}</a></p>{fragment(notebook)}</details>')
    when = datetime.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z")
    facts = f'Profile <b>{html.escape(settings["ONEBIT_PROFILE"])}</b> · {when} · {html.escape(platform.system())} {html.escape(platform.machine())}'
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>OneBit: report</title><style>{STYLE}{HtmlFormatter(style="friendly").get_style_defs(".highlight")}</style></head><body>
<h1>OneBit: report</h1><p class="quiet">{facts}</p>
{results(table)}
<h2>Notebooks</h2><div class="scroll"><table><thead><tr><th>Notebook</th><th>Outcome</th><th class="number">Time of this execution</th></tr></thead>
<tbody>{"".join(overview)}</tbody></table></div>
{"".join(sections)}
<script>
// A link to a notebook opens it.
function show() {{ const it = document.getElementById(location.hash.slice(1)); if (it && it.tagName === "DETAILS") it.open = true; }}
addEventListener("hashchange", show); show();
</script>
</body></html>
"""
