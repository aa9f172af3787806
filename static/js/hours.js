// A map of the hours of the week: one hour can be reached with Tab, arrows move between those that lead on.
// Without scripts every hour is reached with Tab.
const hours = (table) => [...table.querySelectorAll("td > a")];

function rove(table, anchor) {
  for (const other of hours(table)) other.tabIndex = -1;
  anchor.tabIndex = 0;
}

function start(part) {
  for (const table of part.querySelectorAll("table.heat.leads-on")) rove(table, hours(table)[0]);
}

function along(anchor, key) {
  const day = anchor.closest("tr");
  const column = anchor.parentElement.cellIndex;
  const across = [...day.cells].map((cell) => cell.querySelector("a"));
  const down = [...day.parentElement.rows].map((row) => row.cells[column].querySelector("a"));
  const before = (line) => line.slice(0, line.indexOf(anchor)).findLast(Boolean);
  const after = (line) => line.slice(line.indexOf(anchor) + 1).find(Boolean);
  switch (key) {
    case "ArrowLeft": return before(across);
    case "ArrowRight": return after(across);
    case "ArrowUp": return before(down);
    case "ArrowDown": return after(down);
    case "Home": return across.find(Boolean);
    case "End": return across.findLast(Boolean);
  }
}

document.addEventListener("keydown", (event) => {
  const anchor = event.target.closest?.(".heat.leads-on td > a");
  if (!anchor || event.ctrlKey || event.metaKey || event.altKey || !/^(Arrow|Home$|End$)/.test(event.key)) return;
  event.preventDefault();
  along(anchor, event.key)?.focus();
});

document.addEventListener("focusin", (event) => {
  const anchor = event.target.closest?.(".heat.leads-on td > a");
  if (anchor) rove(anchor.closest("table"), anchor);
});

document.addEventListener("htmx:load", (event) => start(event.target));
start(document);
