// A page that moves asks each minute for what has changed, while it is in sight and its reader has not paused it.
// What somebody is in the middle of waits for the next time; what was opened, sorted or scrolled stays so.
/* global htmx */
const EVERY_MS = 60_000;
const AGAIN = "[data-again]";
const BUSY = ":focus-visible, :popover-open";
const OFF = "live=off";
let asked = Date.now();
let restore = [];

const isPaused = () => document.cookie.split("; ").includes(OFF);

function ask() {
  const again = document.querySelector(AGAIN);
  if (again) htmx.trigger(again, "again");
}

// The clock of htmx goes on in a tab that nobody sees.
document.addEventListener("htmx:confirm", (event) => {
  const { elt, triggeringEvent } = event.detail;
  if (elt.matches(AGAIN) && !triggeringEvent && (document.hidden || isPaused())) event.preventDefault();
});

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && !isPaused() && Date.now() - asked >= EVERY_MS) ask();
});

document.addEventListener("htmx:configRequest", (event) => {
  if (!event.detail.elt.matches(AGAIN)) return;
  asked = Date.now();
  const parts = [...document.querySelectorAll("[data-stand]")];
  event.detail.parameters.again = parts.map((part) => `${part.id.slice("part-".length)}.${part.dataset.stand}`).join();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-pause]");
  if (!button) return;
  const age = button.dataset.pause === "on" ? "; max-age=0" : "";
  document.cookie = `${OFF}; path=/; samesite=lax${age}`;
  ask();
});

function isBusy(part) {
  const words = getSelection();
  return Boolean(part.querySelector(BUSY)) || (!words.isCollapsed && words.containsNode(part, true));
}

function keep(part, next) {
  const open = [...part.querySelectorAll("details")];
  for (const [place, details] of next.querySelectorAll("details").entries()) details.open = Boolean(open[place]?.open);
  const moved = [...part.querySelectorAll(".scroll")].map(({ scrollLeft, scrollTop }) => ({ scrollLeft, scrollTop }));
  const orders = [...part.querySelectorAll("th")].map((head) => head.getAttribute("aria-sort"));
  restore.push(() => {
    const now = document.getElementById(part.id);
    for (const [place, scroll] of now.querySelectorAll(".scroll").entries()) Object.assign(scroll, moved[place]);
    for (const [place, head] of now.querySelectorAll("th").entries()) {
      const button = head.querySelector("[data-sort]");
      if (orders[place]) button?.click();
      if (orders[place] === "descending") button?.click();
    }
  });
}

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  if (!target.matches(".answers [data-stand]")) return;
  if (isBusy(target)) event.detail.shouldSwap = false;
  else keep(target, fragment);
});

document.addEventListener("htmx:oobAfterSwap", () => {
  const due = restore;
  restore = [];
  for (const act of due) act();
});
