// The reviewing desk: 1-5 choose, n does not apply, j and k move, Ctrl+S saves, Ctrl+Enter submits, ? shows the keys.
// Single keys work only while the form has the focus and no text is being written.
const form = document.querySelector("[data-desk]");
const keys = document.querySelector("#desk-keys");
let isUnsaved = false;

function criteria() {
  return [...form.querySelectorAll("[data-criterion]")];
}

function here() {
  return document.activeElement.closest?.("[data-criterion]") ?? null;
}

function focusOn(criterion) {
  const radio = criterion.querySelector("input[type=radio]:checked") ?? criterion.querySelector("input[type=radio]");
  radio.focus();
  criterion.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const all = criteria();
  const at = all.indexOf(here());
  const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step;
  if (all[next]) focusOn(all[next]);
}

function choose(key) {
  const radio = here()?.querySelector(`input[data-key="${key}"]`);
  if (!radio) return;
  radio.checked = true;
  radio.focus();
  radio.dispatchEvent(new Event("change", { bubbles: true }));
}

function isWriting(target) {
  return target.matches("textarea, input:not([type=radio]):not([type=checkbox])");
}

form?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-submit]"));
    return;
  }
  if (event.key === "s" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.dispatchEvent(new Event("save"));
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (/^[1-5n]$/.test(event.key)) choose(event.key);
  else return;
  event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "?" || isWriting(event.target)) return;
  keys?.togglePopover();
});

form?.addEventListener("input", () => { isUnsaved = true; });
form?.addEventListener("htmx:beforeRequest", () => { isUnsaved = false; });

// A form that is sent waits for no draft to be saved.
form?.addEventListener("submit", () => {
  isUnsaved = false;
  window.htmx?.trigger(form, "htmx:abort");
});

// Words that were being written when the page goes are sent after it.
addEventListener("beforeunload", () => {
  if (!isUnsaved) return;
  const words = { method: "POST", body: new FormData(form), keepalive: true, headers: { "HX-Request": "true" } };
  fetch(form.getAttribute("hx-post"), words);
});

// On a phone the conversation stands above the form, and is read first.
if (form && matchMedia("(min-width: 1080px)").matches) {
  focusOn(criteria().find((one) => !one.querySelector("input:checked")) ?? criteria()[0]);
}
