// What the theme's script of 35 KiB did for these pages: copy buttons, the title in the header, the table of contents that
// follows, the drawer. And paper, on which nothing can be clicked.
"use strict";
(() => {
  const say = document.currentScript.dataset;

  // An element with its properties and children, for the scripts that come after this one.
  window.make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

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
    // What is folded is laid out only to be asked, each fold anew; it waits until it is unfolded.
    const boxes = [...document.querySelectorAll("pre > code, article table")].filter((box) => !box.closest("details:not([open])"));
    // All are asked before one is changed, or the page would be laid out anew for each.
    const scrolls = boxes.map((box) => box.scrollWidth > box.clientWidth);
    boxes.forEach((box, number) => {
      if (scrolls[number]) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    });
  };
  addEventListener("resize", reach);
  for (const details of document.querySelectorAll("details")) details.addEventListener("toggle", reach);

  // What the end of an address names; in some addresses a % stands for itself.
  const named = (hash) => {
    try {
      return document.getElementById(decodeURIComponent(hash.slice(1)));
    } catch {
      return document.getElementById(hash.slice(1));
    }
  };

  // A link to what is folded unfolds it.
  const unfold = () => {
    const target = named(location.hash);
    for (let fold = target?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    if (target?.closest("details")) target.scrollIntoView();
  };
  addEventListener("hashchange", unfold);
  unfold();

  // The table of contents marks the section that is being read.
  const links = [...document.querySelectorAll(".md-sidebar--secondary .md-nav__link[href^='#']")];
  const headings = links.map((link) => named(link.hash));
  let waiting = false, current = -1;
  const follow = () => {
    waiting = false;
    current = headings.findLastIndex((heading) => heading && heading.getBoundingClientRect().top < 100);
    links.forEach((link, number) => {
      link.classList.toggle("md-nav__link--active", number === current);
      link.classList.toggle("md-nav__link--passed", number < current);
      if (number === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
    if (current >= 0) reveal(links[current]);
  };
  // A sidebar scrolls, and the page does not, until a link is in sight.
  const reveal = (link) => {
    const wrap = link.closest(".md-sidebar__scrollwrap"), box = link.getBoundingClientRect(), frame = wrap.getBoundingClientRect();
    if (box.top < frame.top || box.bottom > frame.bottom) wrap.scrollTop += box.top - frame.top - (frame.height - box.height) / 2;
  };
  if (links.length) {
    addEventListener("scroll", () => { if (!waiting) { waiting = true; requestAnimationFrame(follow); } }, { passive: true });
  }

  const here = document.querySelector(".md-sidebar--primary a.md-nav__link--active");
  // What asks how the page is laid out waits until all scripts have changed it, or it would be laid out anew for each.
  addEventListener("DOMContentLoaded", () => {
    if (links.length) follow();
    if (here) reveal(here);
    reach();
  });

  // The model that a block begins with is folded until it is asked for.
  for (const button of document.querySelectorAll("button.given")) {
    button.addEventListener("click", () => {
      button.setAttribute("aria-expanded", String(button.getAttribute("aria-expanded") !== "true"));
      reach();
    });
  }

  // The header has the page's title once the heading has gone by.
  const title = document.querySelector("article h1");
  const header = document.querySelector(".md-header__title");
  if (title) {
    new IntersectionObserver((entries) => {
      const { isIntersecting, boundingClientRect } = entries.at(-1);  // a deep link brings two at once
      header.classList.toggle("md-header__title--active", !isIntersecting && boundingClientRect.top < 100);
    }, { rootMargin: "-48px 0px 0px" }).observe(title);
  }

  // The other language shows the same section: what the address names, if it is in sight, or else what is being read.
  const place = () => {
    const box = named(location.hash)?.getBoundingClientRect();
    if (box && box.bottom > 0 && box.top < innerHeight || current < 0) return location.hash;
    return links[current].hash;
  };
  for (const link of document.querySelectorAll(".md-select__link")) {
    for (const way of ["click", "auxclick"]) link.addEventListener(way, () => { link.hash = place(); });
  }

  // On paper folds are open, and links have numbers that lead to their addresses below the page.
  let folded = [], numbered;
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    for (const fold of folded) fold.open = true;
    numbered?.remove();
    numbered = Object.assign(document.createElement("ol"), { className: "printed" });
    const addresses = [];
    for (const link of document.querySelectorAll("article a[href]:not([href^='#'], .page-links a, .edit a, .continue a)")) {
      if (!addresses.includes(link.href)) {
        addresses.push(link.href);
        numbered.append(Object.assign(document.createElement("li"), { textContent: decodeURI(link.href) }));
      }
      link.dataset.printed = addresses.indexOf(link.href) + 1;
    }
    if (addresses.length) document.querySelector("article").append(numbered);
  });
  addEventListener("afterprint", () => { for (const fold of folded) fold.open = false; });

  // The drawer: the theme opens and closes it, and its sections, with labels of hidden boxes, which no key reaches. Buttons
  // take their places, for as long as the window is narrow and the drawer is one; the focus goes along.
  const drawer = document.getElementById("__drawer");
  const narrow = matchMedia("(max-width: 76.2344em)");
  const sidebar = document.querySelector(".md-sidebar--primary");
  // What lies on top: the innermost section that is open.
  const top = () => [...sidebar.querySelectorAll(".md-nav__toggle:checked ~ .md-nav")].pop() || sidebar;
  const labels = [...document.querySelectorAll("label[for^='__']:not(.md-overlay, .md-search__overlay)")];
  const buttons = labels.filter((label) => label.control).map((label) => {  // a page that is not in the navigation has no #__toc
    const toggle = label.control;
    const button = Object.assign(document.createElement("button"), { type: "button", className: label.className });
    button.setAttribute("for", toggle.id);  // the theme's styles ask for it
    if (label.id) button.id = label.id;
    button.append(...label.childNodes);
    if (!button.textContent.trim()) button.ariaLabel = toggle.id === "__search" ? say.search : say.menu;
    button.addEventListener("click", () => {
      toggle.checked = !toggle.checked;
      toggle.dispatchEvent(new Event("change", { bubbles: true }));
      if (toggle.id === "__search") return;
      (toggle.checked ? top().querySelector("button, a[href]") : buttons.find((other) => other.getAttribute("for") === toggle.id)).focus({ preventScroll: true });  // it may still be on its way in
    });
    label.replaceWith(button);
    return button;
  });
  const reachable = () => { for (const button of buttons) button.tabIndex = narrow.matches ? 0 : -1; };
  narrow.addEventListener("change", reachable);
  reachable();
  // It closes when it has led somewhere, or with Escape.
  sidebar.addEventListener("click", (event) => { if (event.target.closest("a")) drawer.checked = false; });
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !drawer.checked) return;
    drawer.checked = false;
    buttons[0].focus();
  });
})();
