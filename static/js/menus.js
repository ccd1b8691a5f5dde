// Menus are <details>; one is open at a time, and Escape or a click elsewhere closes it.
const FLOATING = ".top-nav .menu[open], .user-menu[open], .phone-menu[open], .zone-menu[open]";
const closeAll = (but) => {
  for (const menu of document.querySelectorAll(FLOATING)) if (!menu.contains(but)) menu.open = false;
};

document.addEventListener("click", (event) => closeAll(event.target));
document.addEventListener("focusin", (event) => closeAll(event.target));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.activeElement.closest?.(FLOATING);
  closeAll(null);
  menu?.querySelector("summary").focus();
});
