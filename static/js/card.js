// The card of an entry, on hover or focus: dismissed by Escape, may be pointed at, stays until left (WCAG 1.4.13).
// Its content comes from `data-card-url` through htmx and is kept for the life of the page.
const WAIT = 250; // a pointer on its way elsewhere opens nothing
const LEAVE = 150; // time to move from the entry into the card
const contents = new Map();
let card, owner, timer;

const build = () => {
  card = document.createElement("div");
  card.className = "card-pop";
  card.id = "card";
  card.popover = "manual";
  card.setAttribute("role", "tooltip");
  card.addEventListener("pointerenter", () => clearTimeout(timer));
  card.addEventListener("pointerleave", leave);
  (document.querySelector("main") ?? document.body).append(card);
};
const place = () => {
  const at = owner.getBoundingClientRect();
  const size = card.getBoundingClientRect();
  const below = at.bottom + 6;
  card.style.left = `${Math.max(8, Math.min(at.left, innerWidth - size.width - 8))}px`;
  card.style.top = `${below + size.height < innerHeight ? below : Math.max(8, at.top - size.height - 6)}px`;
};
const close = () => {
  clearTimeout(timer);
  owner?.removeAttribute("aria-describedby");
  owner = undefined;
  if (card?.matches(":popover-open")) card.hidePopover();
};
const leave = () => {
  clearTimeout(timer);
  timer = setTimeout(close, LEAVE);
};
const open = async (entry) => {
  if (entry === owner) return;
  close();
  owner = entry;
  if (!card) build();
  // The zone of the view is also that of its cards.
  const zone = new URLSearchParams(location.search).get("tz");
  const address = entry.dataset.cardUrl + (zone ? `?tz=${encodeURIComponent(zone)}` : "");
  if (contents.has(address)) card.innerHTML = contents.get(address);
  else {
    card.replaceChildren();
    await htmx.ajax("GET", address, { target: card, swap: "innerHTML" });
    // A refusal is shown, but asked for anew: it may pass.
    if (card.childElementCount && !card.querySelector(".refusal")) contents.set(address, card.innerHTML);
  }
  if (owner !== entry || !card.childElementCount) return;
  card.showPopover();
  place();
  entry.setAttribute("aria-describedby", "card");
};

const entryAt = (event) => event.target.closest?.("[data-card-url]");
document.addEventListener("pointerover", (event) => {
  const entry = event.pointerType === "touch" ? undefined : entryAt(event);
  if (!entry) return;
  clearTimeout(timer);
  if (entry !== owner) timer = setTimeout(open, WAIT, entry);
});
document.addEventListener("pointerout", (event) => entryAt(event) && leave());
document.addEventListener("focusin", (event) => {
  const entry = entryAt(event);
  if (entry?.matches(":focus-visible")) open(entry);
});
document.addEventListener("focusout", (event) => entryAt(event) && leave());
document.addEventListener("keydown", (event) => event.key === "Escape" && close());
document.addEventListener("scroll", () => owner && card?.matches(":popover-open") && place(), { passive: true, capture: true });
