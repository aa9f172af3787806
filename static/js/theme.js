// The theme button: system, light, dark. Remembered in a cookie, so that the server draws the right theme.
const YEAR_S = 365 * 24 * 3600;
const NEXT = { system: "light", light: "dark", dark: "system" };
const root = document.documentElement;

function chosen() {
  return root.dataset.theme ?? "system";
}

function choose(theme) {
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  const age = theme === "system" ? 0 : YEAR_S;
  document.cookie = `theme=${theme}; path=/; max-age=${age}; samesite=lax`;
  document.dispatchEvent(new CustomEvent("themechange"));
}

for (const button of document.querySelectorAll("[data-theme-button]")) {
  const say = () => {
    const words = `Theme: ${chosen()}`;
    button.setAttribute("aria-label", words);
    button.title = words;
    button.dataset.chosen = chosen();
  };
  button.addEventListener("click", () => {
    choose(NEXT[chosen()]);
    say();
  });
  say();
}

// Paper is always light, so a print is a change of theme too.
for (const query of ["(prefers-color-scheme: dark)", "print"]) {
  matchMedia(query).addEventListener("change", () => document.dispatchEvent(new CustomEvent("themechange")));
}
