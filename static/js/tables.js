// Tables: a click on a head sorts its column; the key t shows and hides the rows behind charts.
function orderOf(row, column) {
  const text = row.cells[column].dataset.order ?? "";
  const number = Number(text);
  return text !== "" && Number.isFinite(number) ? number : text;
}

function compare(a, b) {
  if (a === b) return 0;
  if (a === "") return 1;
  if (b === "") return -1;
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
}

function sort(head) {
  const table = head.closest("table");
  const column = head.cellIndex;
  const descending = head.getAttribute("aria-sort") === "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", descending ? "descending" : "ascending");
  const body = table.tBodies[0];
  const rows = [...body.rows].sort((a, b) => {
    const [x, y] = [orderOf(a, column), orderOf(b, column)];
    const known = compare(x, y);
    return x === "" || y === "" || !descending ? known : -known;
  });
  body.append(...rows);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-sort]");
  if (button) sort(button.closest("th"));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "t" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  const near = event.target.closest(".panel");
  const rows = [...(near ?? document).querySelectorAll("details.chart-rows")];
  const open = rows.some((details) => !details.open);
  for (const details of rows) details.open = open;
});
