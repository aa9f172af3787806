// The roster's table by keyboard: arrows move between days, Enter opens one, Delete removes its shifts, u undoes.
// One day at a time can be reached with Tab; without scripts every day is a link to its own page.
/* global htmx */
const cells = (table) => [...table.querySelectorAll("tbody td > a")];
const tableOf = (element) => element.closest("[data-roster]");
let last = null; // where the reader was, as the address of the day

function rove(table, anchor) {
  for (const other of table.querySelectorAll('a[tabindex="0"]')) other.tabIndex = -1;
  anchor.tabIndex = 0;
  last = anchor.href;
}

function start(table) {
  const all = cells(table);
  for (const anchor of all) anchor.tabIndex = -1;
  const first = all.find((anchor) => anchor.href === last) ?? all[0];
  if (first) first.tabIndex = 0;
}

function neighbour(anchor, key) {
  const row = anchor.closest("tr");
  const column = anchor.parentElement.cellIndex;
  const days = [...row.querySelectorAll("td > a")];
  const here = days.indexOf(anchor);
  if (key === "ArrowLeft") return days[here - 1];
  if (key === "ArrowRight") return days[here + 1];
  if (key === "Home") return days[0];
  if (key === "End") return days.at(-1);
  const rows = [...tableOf(anchor).querySelectorAll("tbody tr:not(.group)")];
  return rows[rows.indexOf(row) + (key === "ArrowUp" ? -1 : 1)]?.cells[column]?.querySelector("a");
}

function open(anchor) {
  const table = tableOf(anchor);
  rove(table, anchor);
  htmx.ajax("GET", anchor.getAttribute("href"), { source: anchor, target: "#editor", swap: "innerHTML" })
    .then(() => document.querySelector("#editor #day-title")?.focus());
}

function send(anchor, url, values) {
  const table = tableOf(anchor);
  last = anchor.href;
  htmx.ajax("POST", url, {
    source: anchor, target: "#editor", swap: "innerHTML", values: { page: table.dataset.page, ...values },
  });
}

function remove(anchor) {
  if (!anchor.dataset.shifts) return;
  const place = new URL(anchor.href).searchParams;
  send(anchor, tableOf(anchor).dataset.edit, {
    act: "remove", team: place.get("team"), agent: place.get("agent"), on: place.get("on"), shifts: anchor.dataset.shifts,
  });
}

function undo(anchor) {
  const table = tableOf(anchor);
  send(anchor, table.dataset.undo, { team: anchor.closest("tbody").dataset.team, week: table.dataset.week });
}

document.addEventListener("click", (event) => {
  const anchor = event.target.closest("[data-roster] td > a");
  if (anchor && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    open(anchor);
  }
  if (event.target.closest("[data-close]")) close();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && event.target.closest("#editor")) return close();
  const anchor = event.target.closest?.("[data-roster] td > a");
  if (!anchor) return;
  const editable = "editable" in tableOf(anchor).dataset;
  if (/^(Arrow|Home$|End$)/.test(event.key)) {
    event.preventDefault();
    neighbour(anchor, event.key)?.focus();
  } else if (editable && (event.key === "Delete" || event.key === "Backspace")) {
    event.preventDefault();
    remove(anchor);
  } else if (editable && event.key === "u") {
    undo(anchor);
  }
});

document.addEventListener("focusin", (event) => {
  const anchor = event.target.closest("[data-roster] td > a");
  if (anchor) rove(tableOf(anchor), anchor);
});

function close() {
  document.querySelector("#editor").replaceChildren();
  back();
}

function back() {
  for (const anchor of document.querySelectorAll("[data-roster] td > a")) {
    if (anchor.href === last) return anchor.focus();
  }
}

// Forms of the editor tell which page they stand on, so that the answer can bring its rows.
document.addEventListener("htmx:configRequest", (event) => {
  const table = document.querySelector("[data-roster]");
  if (table && event.detail.elt.closest("#editor")) event.detail.parameters.page = table.dataset.page;
});

document.addEventListener("htmx:afterSettle", () => {
  for (const table of document.querySelectorAll("[data-roster]")) {
    start(table);
    if (document.activeElement === document.body && last) back();
  }
});

for (const table of document.querySelectorAll("[data-roster]")) start(table);
