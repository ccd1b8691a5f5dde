// Search while typing: the field in the head shows below itself what the page of search would. Without a script it is a plain form.
const PAUSE = 200; // between two letters of somebody who types
const LEAST = 2; // one letter is in everything

const form = document.querySelector("form[data-find]");
const start = () => {
  const input = form.elements.q;
  const sheet = form.querySelector("[data-found]");
  const status = form.querySelector("[role=status]");
  let waiting, asked;

  const close = () => {
    clearTimeout(waiting);
    asked?.abort();
    sheet.hidden = true;
    status.textContent = "";
  };
  const ask = async () => {
    asked?.abort();
    const mine = (asked = new AbortController());
    const address = `${form.action}?${new URLSearchParams({ q: input.value })}`;
    try {
      const answer = await fetch(address, { headers: { "HX-Request": "true" }, signal: mine.signal });
      const found = await answer.text();
      if (mine !== asked) return;
      // Whoever was signed out meanwhile is led to the sign-in by Enter, not by a form inside a form.
      if (!answer.ok || answer.redirected) return close();
      sheet.innerHTML = found;
      sheet.hidden = false;
      const number = sheet.querySelectorAll(".found").length;
      status.textContent = number ? `${number} found; the down arrow leads to them.` : sheet.textContent.trim();
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  };
  const later = () => {
    clearTimeout(waiting);
    if (input.value.trim().length < LEAST) close();
    else waiting = setTimeout(ask, PAUSE);
  };

  input.addEventListener("input", later);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !sheet.hidden) {
      event.preventDefault();
      close();
      input.focus();
    }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    if (sheet.hidden) return event.target === input && event.key === "ArrowDown" && later();
    event.preventDefault();
    const stops = [input, ...sheet.querySelectorAll("a")];
    const next = stops.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1);
    stops[Math.max(0, Math.min(next, stops.length - 1))].focus();
  });
  for (const kind of ["click", "focusin"]) document.addEventListener(kind, (event) => form.contains(event.target) || close());
};
if (form) start();
