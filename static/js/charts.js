// Draws every [data-chart] from the figure in its JSON script. The figure names roles; colours come from
// the tokens of the element it stands in, so a change of theme is a redraw with the same data.
/* global Plotly */
const CONFIG = {
  displayModeBar: false,
  displaylogo: false,
  showSendToCloud: false,
  plotlyServerURL: "",
  responsive: true,
  doubleClick: false,
  scrollZoom: false,
};

function tokens(element) {
  const style = getComputedStyle(element);
  return (name) => style.getPropertyValue(`--${name}`).trim();
}

const TRACES = {
  now: (token) => ({ line: { color: token("accent"), width: 2 }, marker: { color: token("accent") } }),
  previous: (token) => ({ line: { color: token("muted"), width: 1.4 }, marker: { color: token("muted") } }),
  expected: (token) => ({ line: { color: token("accent"), width: 1.6 } }),
  interval: (token) => ({ fillcolor: token("accent-pale") }),
  bar: (token) => ({ marker: { color: token("bar") } }),
};

const SHAPES = {
  target: (token) => ({ line: { color: token("ink"), width: 1.3 } }),
  annotation: (token) => ({ line: { color: token("warning") } }),
  maturing: (token) => ({ fillcolor: token("maturing") }),
};

function traceLook(role, token) {
  if (role in TRACES) return TRACES[role](token);
  const color = token(role);
  return { line: { color, width: 1.8 }, marker: { color } };
}

// A copy with the look laid over it, one level deep: line and marker keep what the server said.
function laid(part, look) {
  const copy = { ...part };
  for (const [key, value] of Object.entries(look)) {
    copy[key] = typeof value === "object" ? { ...copy[key], ...value } : value;
  }
  return copy;
}

function themed(figure, element) {
  const token = tokens(element);
  const axis = {
    gridcolor: token("rule"),
    linecolor: token("rule"),
    tickfont: { color: token("quiet") },
    zeroline: false,
    automargin: true,
  };
  const { layout } = figure;
  const family = getComputedStyle(element).fontFamily;
  return {
    data: figure.data.map((trace) => laid(trace, traceLook(trace.meta, token))),
    layout: {
      ...layout,
      autosize: true,
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family, size: 11.5, color: token("quiet") },
      hoverlabel: { bgcolor: token("raised"), bordercolor: token("edge"), font: { family, color: token("ink"), size: 12 } },
      xaxis: { ...axis, showgrid: false, showspikes: false, ...layout.xaxis },
      yaxis: { ...axis, ...layout.yaxis },
      shapes: layout.shapes.map((shape) => laid(shape, SHAPES[shape.name](token))),
      annotations: layout.annotations.map((pin) => ({
        ...pin,
        font: { color: token("panel"), size: 10 },
        bgcolor: token("warning"),
      })),
    },
  };
}

function draw(element) {
  const source = document.getElementById(element.dataset.chart);
  if (!source) return;
  const { data, layout } = themed(JSON.parse(source.textContent), element);
  Plotly.react(element, data, layout, CONFIG);
  if (element.dataset.leads) return;
  element.dataset.leads = "1";
  element.on("plotly_click", ({ points }) => rowLink(element, points[0]?.x)?.click());
  element.on("plotly_hover", ({ points }) => element.classList.toggle("leads", Boolean(rowLink(element, points[0]?.x))));
  element.on("plotly_unhover", () => element.classList.remove("leads"));
}

// A point leads where its row in the table below leads.
function rowLink(element, x) {
  const day = CSS.escape(String(x ?? "").slice(0, 10));
  return element.closest("figure")?.querySelector(`th[data-order="${day}"] a`);
}

function drawAll(within = document) {
  for (const element of within.querySelectorAll("[data-chart]")) draw(element);
}

// The font decides how wide labels are, so the first drawing waits for it.
document.fonts.ready.then(() => drawAll());
document.addEventListener("themechange", () => drawAll());
document.addEventListener("htmx:load", (event) => drawAll(event.target));
document.addEventListener("htmx:beforeCleanupElement", (event) => {
  if (event.target.matches?.(".js-plotly-plot")) Plotly.purge(event.target);
});
