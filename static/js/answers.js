// Says so where the answers of a page could not be fetched, after a change of its filters or for its rest.
const words = document.getElementById("unanswered");

function isAnswer(event) {
  return Boolean(words) && Boolean(event.detail.target?.closest("#answers"));
}

for (const kind of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(kind, (event) => {
    if (isAnswer(event)) words.hidden = false;
  });
}
document.addEventListener("htmx:beforeSwap", (event) => {
  if (isAnswer(event) && event.detail.shouldSwap) words.hidden = true;
});
