// The 404 page in the reader's language, and a search for what the address may have meant.
"use strict";
(() => {
  const { home, others } = document.currentScript.dataset;
  const here = location.pathname, below = others.split(" ");  // the languages that have a folder of their own
  const own = below.find((one) => here.startsWith(one));
  if (own && own !== home) {
    location.replace(`${own}404.html${location.search}#${here}`);
    return;
  }
  const missing = below.includes(home) && location.hash.startsWith(`#${home}`) ? location.hash.slice(1) : here;
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
