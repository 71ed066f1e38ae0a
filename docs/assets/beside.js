// Shows the other language's text beside this one's, section by section. It is fetched when the reader asks for it; what
// the two pages share, which is code, outputs and drawings, is shown once, across both columns.
"use strict";
(() => {
  const button = document.querySelector(".beside");
  const { failed } = button.dataset;
  const wide = matchMedia("(min-width: 1200px)");
  const article = button.closest("article");
  const there = document.querySelector(`.md-select__link:not([hreflang="${document.documentElement.lang}"])`);
  const SHARED = ".highlight, figure, .module-tree, .module-tree-effect";
  const NOT_TWICE = `${SHARED}, .headerlink, .done, button, input, script`;
  const END = ".verified, .printed, .page-links, .tip";
  let wanted = false;
  try {
    wanted = localStorage.getItem("beside") === "on";
  } catch {  // a browser that allows no storage
  }
  let other = null;  // {anchor: runs} of the other page, once it has been fetched

  // A page as {anchor of a section: [text, shared blocks, text, shared blocks, …]}, each a list of elements.
  const sections = (of) => {
    const found = new Map();
    let runs = null;
    for (const element of of.children) {
      if (element.matches("h1, h2, h3, h4, h5, h6")) found.set(element.id, runs = [[]]);
      if (!runs || element.matches(END)) continue;
      if (element.matches(SHARED) === (runs.length % 2 === 1)) runs.push([]);
      runs.at(-1).push(element);
    }
    return found;
  };

  // Of another page, to stand in this one: links as they lead there, no id twice, nothing that acts.
  const adopt = (element, address) => {
    for (const part of element.querySelectorAll(NOT_TWICE)) part.remove();
    for (const part of [element, ...element.querySelectorAll("*")]) {
      for (const name of ["id", "for", "aria-labelledby", "aria-describedby"]) part.removeAttribute(name);
      const link = part.getAttribute("href");
      if (link && !link.startsWith("#")) part.href = new URL(link, address).href;
    }
    return document.adoptNode(element);
  };
  const fetched = async () => {
    const response = await fetch(there.href);
    if (!response.ok) throw new Error(response.status);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const found = sections(page.querySelector("article"));
    for (const runs of found.values()) {
      for (let run = 0; run < runs.length; run += 2) {
        runs[run] = runs[run].filter((element) => !element.matches(NOT_TWICE)).map((element) => adopt(element, response.url));
      }
    }
    return found;
  };

  const row = (own, theirs) => {
    const [place, left, right] = ["div", "div", "div"].map((name) => document.createElement(name));
    place.className = "beside-row";
    right.lang = there.hreflang;
    right.className = "beside-other";
    left.append(...own);
    right.append(...theirs);
    place.append(left, right);
    // Folds open and close together.
    const folds = [left, right].map((side) => [...side.querySelectorAll(":scope > details")]);
    folds[0].forEach((fold, number) => {
      const twin = folds[1][number];
      if (!twin) return;
      twin.open = fold.open;
      fold.ontoggle = () => { twin.open = fold.open; };
      twin.ontoggle = () => { fold.open = twin.open; };
    });
    return place;
  };
  const join = () => {
    let last = article.querySelector(":scope > h1").previousElementSibling;
    for (const [anchor, runs] of sections(article)) {
      const theirs = other.get(anchor) || [];
      // Text goes beside text from block to block; where the two have not the same blocks, beside the first.
      const alike = runs.length === theirs.length;
      runs.forEach((own, number) => {
        if (number % 2) {
          last = own.at(-1);
          return;
        }
        const text = alike ? theirs[number] : number ? [] : theirs.filter((_, run) => run % 2 === 0).flat();
        const place = row(own, text);
        last.after(place);
        last = place;
      });
    }
  };
  const part = () => {
    for (const place of article.querySelectorAll(".beside-row")) place.replaceWith(...place.firstChild.childNodes);
  };

  const show = async () => {
    const on = wanted && wide.matches;
    if (on && !other) {
      button.ariaBusy = "true";
      try {
        other = await fetched();
      } catch {
        wanted = false;
        const dialog = document.querySelector(".md-dialog");
        dialog.firstElementChild.textContent = failed;
        dialog.classList.add("md-dialog--active");
        setTimeout(() => dialog.classList.remove("md-dialog--active"), 4000);
      }
      button.ariaBusy = null;
      return show();
    }
    button.ariaPressed = String(wanted);
    if (on === "beside" in document.documentElement.dataset) return;
    // What is being read stays where it is.
    const heading = [...article.querySelectorAll(":is(h1, h2, h3)[id]")].findLast((one) => one.getBoundingClientRect().top < 120);
    const top = heading?.getBoundingClientRect().top;
    if (on) {
      join();
      document.documentElement.dataset.beside = "";
    } else {
      part();
      delete document.documentElement.dataset.beside;
    }
    if (heading && scrollY) scrollBy({ top: heading.getBoundingClientRect().top - top, behavior: "instant" });
  };
  button.addEventListener("click", () => {
    if (button.ariaBusy) return;
    wanted = !wanted;
    try {
      if (wanted) localStorage.setItem("beside", "on");
      else localStorage.removeItem("beside");
    } catch {  // until the page is left
    }
    show();
  });
  wide.addEventListener("change", show);
  show();
})();
