// Light or dark: as the system has it, or as the reader chose. Runs before the page is painted.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.replace("no-js", "js");
  const button = document.querySelector(".scheme");
  const schemes = ["", "default", "slate"];  // the system's, light, dark
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let chosen = "";
  try {
    if (localStorage.getItem("place")) root.classList.add("continued");  // room for the line that progress.js writes
    chosen = localStorage.getItem("scheme") || "";
  } catch {  // a browser that allows no storage
  }
  if (!schemes.includes(chosen)) chosen = "";

  const show = () => {
    document.body.dataset.mdColorScheme = chosen || (dark.matches ? "slate" : "default");
    const mode = schemes.indexOf(chosen);
    button.dataset.mode = mode;
    button.title = button.ariaLabel = button.dataset.names.split("|")[mode];
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    chosen = schemes[(schemes.indexOf(chosen) + 1) % 3];
    try {
      localStorage.setItem("scheme", chosen);
    } catch {  // chosen until the page is left
    }
    show();
  });
  dark.addEventListener("change", show);
  addEventListener("beforeprint", () => { document.body.dataset.mdColorScheme = "default"; });  // paper is white
  addEventListener("afterprint", show);
  show();
})();
