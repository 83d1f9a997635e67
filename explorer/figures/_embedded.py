"""A figure inside a page that needs no network, light or dark as the reader's system is."""

import json

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs


def script() -> str:
    """Plotly's own code as one script element."""
    return f"<script>{get_plotlyjs()}</script>"


def embedded(light: go.Figure, dark: go.Figure, name: str, alternative: str) -> str:
    """A figure element called `name` that draws `light` or `dark`; `alternative` says in words what it shows."""
    figures = {theme: json.loads(figure.to_json()) for theme, figure in (("light", light), ("dark", dark))}
    data = json.dumps(figures).replace("</", "<\\/")
    return f"""<figure><div id="{name}" role="img" aria-label="{_quoted(alternative)}"></div></figure>
<script>{{
  const figures = {data}, dark = matchMedia("(prefers-color-scheme: dark)");
  const show = () => {{
    const one = figures[dark.matches ? "dark" : "light"];
    Plotly.react("{name}", one.data, one.layout, {{responsive: true, displaylogo: false}});
  }};
  dark.addEventListener("change", show);
  show();
}}</script>"""


def _quoted(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
