// Drag a promotion in the month to another day: it opens the page that shows what it would hit there. Dropping moves nothing, and
// the same page is behind "Move…" for the keyboard and for touch.
const MOVABLE = "a.entry.k-promotion:is(.s-planned, .s-requested, .s-approved, .s-missed)"; // what has not begun
const month = document.querySelector("[data-movable] table.month");
const days = month ? [...month.querySelectorAll("td.day")] : [];
let bar, from, over;

// A bar belongs to the cell it begins in and lies over those it passes; what counts is the day under the pointer.
const dayAt = (event) => document.elementsFromPoint(event.clientX, event.clientY).find((each) => each.matches("td.day"));
const mark = (day) => {
  if (day === over) return;
  over?.classList.remove("dropping");
  over = day;
  over?.classList.add("dropping");
};

month?.addEventListener("dragstart", (event) => {
  bar = event.target.closest?.(MOVABLE);
  from = bar && dayAt(event);
});
month?.addEventListener("dragover", (event) => {
  if (!bar) return;
  const day = dayAt(event);
  mark(day);
  if (day) event.preventDefault();
});
month?.addEventListener("drop", (event) => {
  const day = bar && dayAt(event);
  if (!day) return;
  event.preventDefault();
  const by = days.indexOf(day) - days.indexOf(from);
  if (!by) return;
  const address = new URL("move/", bar.href);
  address.searchParams.set("days", by);
  const zone = new URLSearchParams(location.search).get("tz");
  if (zone) address.searchParams.set("tz", zone);
  location.assign(address);
});
month?.addEventListener("dragend", () => {
  mark();
  bar = from = undefined;
});
