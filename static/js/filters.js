// The filter bar: dates and presets exclude each other, and a filter left alone stays out of the URL.
// htmx sends the form when it changes; without scripts its button does.
for (const form of document.querySelectorAll("[data-filters]")) {
  const dates = () => form.querySelectorAll('input[type="date"]');

  form.addEventListener("change", (event) => {
    if (event.target.name === "period") for (const input of dates()) input.value = "";
    if (event.target.type === "date") {
      for (const radio of form.querySelectorAll('input[name="period"]')) radio.checked = false;
    }
  }, { capture: true });

  form.addEventListener("htmx:configRequest", (event) => {
    for (const [name, value] of [...event.detail.formData.entries()]) {
      if (value === "") event.detail.formData.delete(name);
    }
  });
}
