// What the theme's script of 35 KiB did for these pages: copy buttons, the table of contents that follows, the drawer.
"use strict";
(() => {
  const say = document.currentScript.dataset;
  const dialog = document.querySelector(".md-dialog");
  dialog.setAttribute("role", "status");

  // Code is copied as it stands in its snippet; outputs have no button.
  for (const code of document.querySelectorAll(".highlight:not(.language-text):not(.language-pytb) pre > code")) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "md-code__button", title: say.copy, ariaLabel: say.copy });
    button.dataset.mdType = "copy";
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(code.textContent);
        dialog.firstElementChild.textContent = say.copied;
      } catch {  // a page that may not write to the clipboard: mark the code, to be copied by hand
        getSelection().selectAllChildren(code);
        return;
      }
      dialog.classList.add("md-dialog--active");
      setTimeout(() => dialog.classList.remove("md-dialog--active"), 2000);
    });
    const place = Object.assign(document.createElement("div"), { className: "md-code__nav" });
    place.append(button);
    code.before(place);
  }

  // What scrolls sideways can be reached with the keyboard, so that its arrow keys scroll it.
  const reach = () => {
    for (const code of document.querySelectorAll("pre > code")) {
      if (code.scrollWidth > code.clientWidth) code.tabIndex = 0;
      else code.removeAttribute("tabindex");
    }
  };
  addEventListener("resize", reach);
  for (const details of document.querySelectorAll("details")) details.addEventListener("toggle", reach);
  reach();

  // A link to what is folded unfolds it.
  const unfold = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let fold = target?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    if (target?.closest("details")) target.scrollIntoView();
  };
  addEventListener("hashchange", unfold);
  unfold();

  // The table of contents marks the section that is being read.
  const links = [...document.querySelectorAll(".md-sidebar--secondary .md-nav__link[href^='#']")];
  const headings = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
  let waiting = false;
  const follow = () => {
    waiting = false;
    const current = headings.findLastIndex((heading) => heading && heading.getBoundingClientRect().top < 100);
    links.forEach((link, number) => {
      link.classList.toggle("md-nav__link--active", number === current);
      link.classList.toggle("md-nav__link--passed", number < current);
      if (number === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
  };
  if (links.length) {
    addEventListener("scroll", () => { if (!waiting) { waiting = true; requestAnimationFrame(follow); } }, { passive: true });
    follow();
  }

  // The drawer: the theme's labels open and close it and its sections. In a narrow window, where it is one, they are
  // buttons for the keyboard too, and the focus goes along.
  const drawer = document.getElementById("__drawer");
  const narrow = matchMedia("(max-width: 76.2344em)");
  const labels = [...document.querySelectorAll("label[for^='__']:not(.md-overlay, .md-search__overlay)")].filter((label) => label.control?.matches(".md-toggle"));
  const panel = (toggle) => (toggle === drawer ? document.querySelector(".md-sidebar--primary") : toggle.parentElement.querySelector(".md-nav"));
  for (const label of labels) {
    if (!label.textContent.trim()) label.ariaLabel = label.htmlFor === "__search" ? say.search : say.menu;
    label.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      const toggle = label.control;
      label.click();
      if (toggle.id === "__search") return;
      if (toggle.checked) panel(toggle).querySelector("[tabindex='0'], a[href]").focus();
      else labels.find((other) => other.control === toggle).focus();
    });
  }
  const buttons = () => {
    for (const label of labels) {
      if (narrow.matches) Object.assign(label, { tabIndex: 0, role: "button" });
      else for (const name of ["tabindex", "role"]) label.removeAttribute(name);
    }
  };
  narrow.addEventListener("change", buttons);
  buttons();
  // It closes when it has led somewhere, or with Escape.
  document.querySelector(".md-sidebar--primary")?.addEventListener("click", (event) => { if (event.target.closest("a")) drawer.checked = false; });
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !drawer.checked) return;
    drawer.checked = false;
    labels.find((label) => label.control === drawer).focus();
  });
})();
