// Appearance: follows the system unless the reader chose. Runs before the first paint, so that a choice kept in a cookie holds even
// on a page that a cache made for somebody else's.
(() => {
  const root = document.documentElement;
  const kept = () => document.cookie.match(/(?:^|; )theme=(light|dark)(?:;|$)/)?.[1] ?? "auto";
  const show = (theme) => {
    if (theme === "auto") delete root.dataset.bsTheme;
    else root.dataset.bsTheme = theme;
  };
  show(kept());

  document.addEventListener("DOMContentLoaded", () => {
    const choice = document.querySelector("[data-theme-choice]");
    if (!choice) return;
    choice.hidden = false;
    choice.querySelector(`[value="${kept()}"]`).checked = true;
    choice.addEventListener("change", (event) => {
      const theme = event.target.value;
      const age = theme === "auto" ? 0 : 31_536_000;
      const secure = location.protocol === "https:" ? "; Secure" : "";
      document.cookie = `theme=${theme}; Path=/; Max-Age=${age}; SameSite=Lax${secure}`;
      show(theme);
    });
  });
})();
