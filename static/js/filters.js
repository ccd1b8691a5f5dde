// The rail of filters sends itself; its button stays for the text fields and for those without JavaScript.
const PAUSE = 500; // long enough to tick a second box before the page answers
const KEPT = "filters.focus";

for (const form of document.querySelectorAll("form[data-filters]")) {
  let waiting;
  form.addEventListener("change", (event) => {
    if (event.target.type !== "checkbox" && event.target.tagName !== "SELECT") return;
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      sessionStorage.setItem(KEPT, JSON.stringify([event.target.name, event.target.value]));
      form.requestSubmit();
    }, PAUSE);
  });
  // Empty fields say nothing; leaving them out keeps the address short enough to share.
  form.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
  });
}

// On wide screens the groups stand open; browsers that cannot do that by style are told so.
if (!CSS.supports("selector(::details-content)") && matchMedia("(width >= 62rem)").matches) {
  for (const fold of document.querySelectorAll("[data-unfold-wide]")) fold.open = true;
}

const kept = sessionStorage.getItem(KEPT);
if (kept) {
  sessionStorage.removeItem(KEPT);
  const [name, value] = JSON.parse(kept);
  const box = [...document.querySelectorAll("form[data-filters] input")].find((input) => input.name === name && input.value === value);
  box?.focus();
}
