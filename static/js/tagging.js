// The tagging desk: 1-5 accept, / searches, Escape leaves the search, s skips, x no theme fits, u undoes, ? shows the keys.
// Single keys work only while the form has the focus and no text is being written.
function form() {
  return document.querySelector("[data-tagging]");
}

function isWriting(target) {
  return target.matches("textarea, select, input:not([type=radio])");
}

function send(act) {
  form().querySelector(`[data-act="${act}"]`)?.click();
}

function accept(key) {
  const radio = form().querySelector(`input[data-key="${key}"]`);
  if (!radio) return;
  radio.checked = true;
  send("tag");
}

function pressed(event) {
  const search = form().querySelector("[data-search]");
  if (/^[1-5]$/.test(event.key)) accept(event.key);
  else if ("sxu".includes(event.key)) send(event.key);
  else if (event.key === "/") search?.focus();
  else return;
  event.preventDefault();
}

function begin() {
  const first = form()?.querySelector("input[type=radio], [data-act]");
  first?.focus({ preventScroll: true });
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.matches("[data-search]")) begin();
  if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
  if (event.key === "?") document.querySelector("#tagging-keys")?.togglePopover();
  else if (form()?.contains(event.target)) pressed(event);
});

// The next feedback has come in, and the focus went with the last one.
document.addEventListener("htmx:afterSwap", () => {
  if (document.activeElement === document.body) begin();
});

begin();
