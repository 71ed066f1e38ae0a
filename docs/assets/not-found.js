// The 404 page in the reader's language, and a search for what the address may have meant.
"use strict";
(() => {
  const { home, en } = document.currentScript.dataset;
  const here = location.pathname;
  if (home !== en && here.startsWith(en)) {
    location.replace(`${en}404.html${location.search}#${here}`);
    return;
  }
  const missing = home === en && location.hash.startsWith(`#${en}`) ? location.hash.slice(1) : here;
  if (missing !== here) history.replaceState(null, "", missing + location.search);

  // At the root of a domain the home page may be "/.", which is no part of the address.
  const root = new URL(home, location.href).pathname;
  let last = missing.slice(root.length).split("/").filter(Boolean).pop() || "";
  try {
    last = decodeURIComponent(last);
  } catch {}  // a bare % stands for itself
  const words = last.replace(/\.\w+$/, "").replace(/[-+\s]+/g, " ").trim();
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
