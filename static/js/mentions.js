// Whoever types @ and the beginning of a name is offered colleagues; without this an e-mail address does the same.
const PAUSE = 150;
const BEGUN = /(?:^|[\s(])@([\p{L}\p{N}._'-]{2,40})$/u;

for (const [place, field] of document.querySelectorAll("textarea[data-mentions]").entries()) {
  const list = document.createElement("ul");
  list.id = `colleagues-${place}`;
  list.className = "mention-choices";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Colleagues");
  list.hidden = true;
  const told = document.createElement("p");
  told.className = "visually-hidden";
  told.setAttribute("role", "status");
  field.after(list, told);
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);

  let waiting, asked, at = -1;

  const begun = () => (field.selectionStart === field.selectionEnd ? BEGUN.exec(field.value.slice(0, field.selectionEnd)) : null);

  const point = (next) => {
    at = next;
    [...list.children].forEach((option, number) => option.setAttribute("aria-selected", String(number === at)));
    if (at < 0) field.removeAttribute("aria-activedescendant");
    else field.setAttribute("aria-activedescendant", list.children[at].id);
  };

  const close = () => {
    clearTimeout(waiting);
    asked?.abort();
    list.hidden = true;
    list.replaceChildren();
    told.textContent = "";
    point(-1);
  };

  const choose = (option) => {
    const found = begun();
    if (found) {
      const end = field.selectionEnd;
      field.setRangeText(`@${option.dataset.address} `, end - found[1].length - 1, end, "end");
    }
    close();
  };

  const offer = (people) => {
    const options = people.map(({ name, address }, number) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${number}`;
      option.dataset.address = address;
      option.setAttribute("role", "option");
      option.textContent = `${name} · ${address}`;
      return option;
    });
    list.replaceChildren(...options);
    list.hidden = options.length === 0;
    told.textContent = options.length ? `${options.length} to choose from, with the arrow keys and Enter` : "";
    point(options.length ? 0 : -1);
  };

  field.addEventListener("input", () => {
    close();
    const found = begun();
    if (!found) return;
    waiting = setTimeout(async () => {
      asked = new AbortController();
      try {
        const answer = await fetch(`${field.dataset.mentions}?q=${encodeURIComponent(found[1])}`, { signal: asked.signal });
        if (answer.ok) offer((await answer.json()).people);
      } catch (error) {
        if (error.name !== "AbortError") close();
      }
    }, PAUSE);
  });

  field.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const last = list.children.length - 1;
    if (event.key === "ArrowDown") point(at < last ? at + 1 : 0);
    else if (event.key === "ArrowUp") point(at > 0 ? at - 1 : last);
    else if (event.key === "Enter" || event.key === "Tab") choose(list.children[at]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  // Before the field loses the caret, which says what is replaced.
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const option = event.target.closest("li");
    if (option) choose(option);
  });
  field.addEventListener("blur", close);
}
