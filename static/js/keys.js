// Keys: one letter each, never while typing, and only for what the page offers (`data-key` on a link, or rel="new").
const TYPING = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";
const dialog = document.getElementById("keys");
const main = document.querySelector("main");
const month = document.querySelector("table.month");

// --- the month: one tab stop; arrows walk the days, and down a column through each day's entries
const days = month ? [...month.querySelectorAll("td.day")] : [];
const stopsOf = (day) => [...day.querySelectorAll("a")].filter((link) => link.checkVisibility());
const stand = (link) => {
  if (!link) return;
  month.querySelector("a[tabindex='0']")?.setAttribute("tabindex", "-1");
  link.tabIndex = 0;
  link.focus();
};
const walk = (key, link) => {
  const day = link.closest("td.day");
  const at = days.indexOf(day);
  const stops = stopsOf(day);
  const next = stops.indexOf(link) + (key === "ArrowDown" ? 1 : -1);
  if (key === "ArrowLeft") return stopsOf(days[at - 1] ?? day)[0];
  if (key === "ArrowRight") return stopsOf(days[at + 1] ?? day)[0];
  if (stops[next]) return stops[next];
  const other = days[at + (key === "ArrowDown" ? 7 : -7)];
  return other && stopsOf(other).at(key === "ArrowDown" ? 0 : -1);
};
if (month) {
  for (const link of month.querySelectorAll("a")) link.tabIndex = -1;
  const first = month.querySelector("td.picked a, td.today a") ?? month.querySelector("td.day:not(.outside) a") ?? month.querySelector("a");
  if (first) first.tabIndex = 0;
  month.addEventListener("focusin", (event) => {
    if (event.target.matches("a[tabindex='-1']")) {
      month.querySelector("a[tabindex='0']")?.setAttribute("tabindex", "-1");
      event.target.tabIndex = 0;
    }
  });
  month.addEventListener("keydown", (event) => {
    if (!/^Arrow/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    stand(walk(event.key, event.target));
  });
}

// From nowhere on the page the sideways arrows, which scroll nothing there, step into the month; up and down still scroll.
const enter = (key) => month && document.activeElement === document.body && /^Arrow(Left|Right)$/.test(key) && month.querySelector("a[tabindex='0']");

// --- everywhere
const openKeys = () => dialog.showModal();
const button = document.querySelector("[data-keys]");
if (button) {
  button.hidden = false;
  button.addEventListener("click", openKeys);
}
const actions = {
  "?": openKeys,
  "/": () => {
    // A page that can be searched itself comes first; then the field in the head, or on narrow screens the page behind it.
    const fields = document.querySelectorAll("main [data-search], [data-find] input");
    const search = [...fields].filter((field) => field.checkVisibility()).sort((one, other) => main.contains(other) - main.contains(one))[0];
    search?.focus();
    search?.select();
    if (!search) document.querySelector("[data-find-way]")?.click();
  },
  n: () => document.querySelector('a[rel~="new"]')?.click(),
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || dialog.open || event.target.matches(TYPING)) return;
  const day = enter(event.key);
  if (day) {
    event.preventDefault();
    day.focus();
    return;
  }
  const link = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!link && !Object.hasOwn(actions, event.key)) return;
  event.preventDefault();
  if (link) link.click();
  else actions[event.key]();
});
