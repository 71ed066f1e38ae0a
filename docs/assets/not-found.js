// The 404 page in the reader's language, and a search for what the address may have meant.
"use strict";
(() => {
  const { home, en } = document.currentScript.dataset;
  const here = location.pathname;
  if (home !== en && here.startsWith(en)) {
    location.replace(`${en}404.html#${here}`);
    return;
  }
  const missing = home === en && location.hash.startsWith(`#${en}`) ? location.hash.slice(1) : here;
  if (missing !== here) history.replaceState(null, "", missing);

  const last = missing.slice(home.length).split("/").filter(Boolean).pop() || "";
  const words = decodeURIComponent(last).replace(/\.\w+$/, "").replace(/[-+\s]+/g, " ").trim();
  if (!words) return;
  const button = document.querySelector("[data-label]");
  button.textContent = button.dataset.label.replace("{}", words);
  button.hidden = false;
  button.addEventListener("click", () => {
    const input = document.querySelector(".md-search__input");
    input.value = words;
    input.focus();
    input.dispatchEvent(new Event("input"));
  });
})();
