// Not a module: it runs before the first paint, so that a chosen theme does not flash in the other one.
(() => {
  "use strict";
  const key = "glusterfs_exporter.theme";
  const system = window.matchMedia("(prefers-color-scheme: dark)");

  function chosen() {
    try {
      const theme = localStorage.getItem(key);
      return theme === "dark" || theme === "light" ? theme : null;
    } catch {
      return null; // storage may be forbidden
    }
  }

  let own = chosen();
  const isDark = () => (own === null ? system.matches : own === "dark");

  function show() {
    document.documentElement.dataset.theme = isDark() ? "dark" : "light";
    document.getElementById("theme")?.setAttribute("aria-pressed", String(isDark()));
  }

  show();
  system.addEventListener("change", show);
  document.addEventListener("DOMContentLoaded", () => {
    show();
    document.getElementById("theme").addEventListener("click", () => {
      own = isDark() ? "light" : "dark";
      // Back to what the system wants means: follow the system again.
      if ((own === "dark") === system.matches) own = null;
      try {
        if (own === null) localStorage.removeItem(key);
        else localStorage.setItem(key, own);
      } catch {
        // then the choice holds for as long as the page is open
      }
      show();
    });
  });
})();
