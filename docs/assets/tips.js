// The first use of a term shows its definition: on hover, with the focus, by a tap. Without a script it is a link.
"use strict";
(() => {
  const article = document.querySelector("article");
  const more = document.currentScript.dataset.more;
  const tip = Object.assign(document.createElement("div"), { className: "tip", hidden: true });
  const meaning = Object.assign(document.createElement("p"), { id: "tip", role: "tooltip" });
  const link = Object.assign(document.createElement("a"), { textContent: more, tabIndex: -1 });  // the term leads there, too
  tip.append(meaning, link);
  let shown = null, closing = 0, tapped = false;

  const hide = () => {
    clearTimeout(closing);
    shown?.removeAttribute("aria-describedby");
    tip.hidden = true;
    shown = null;
  };
  const show = (term) => {
    clearTimeout(closing);
    if (term === shown) return;
    hide();
    shown = term;
    // What is between backticks is code.
    meaning.replaceChildren(...term.dataset.meaning.split("`").map((text, place) => {
      if (place % 2 === 0) return text;
      return Object.assign(document.createElement("code"), { textContent: text });
    }));
    meaning.lang = link.lang = term.closest("[lang]").lang;
    link.href = term.href;
    article.append(tip);
    tip.hidden = false;
    term.setAttribute("aria-describedby", "tip");
    // Below the word's first line; above it where the window ends. Never beyond the text's edges.
    const [word] = term.getClientRects(), around = article.getBoundingClientRect();
    const right = Math.min(around.right, innerWidth - 8) - tip.offsetWidth;
    const below = word.bottom + tip.offsetHeight + 8 < innerHeight || word.top < tip.offsetHeight + 60;
    tip.style.left = `${Math.max(Math.min(word.left, right), 8) - around.left}px`;
    tip.style.top = `${(below ? word.bottom + 4 : word.top - tip.offsetHeight - 4) - around.top}px`;
  };
  // Time for the pointer to get from the word to its definition.
  const leave = () => {
    clearTimeout(closing);
    closing = setTimeout(() => { if (shown !== document.activeElement) hide(); }, 250);
  };

  article.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    const term = event.target.closest(".term");
    if (term) show(term);
    else if (tip.contains(event.target)) clearTimeout(closing);
    else if (shown) leave();
  });
  article.addEventListener("pointerleave", () => { if (shown) leave(); });
  article.addEventListener("focusin", (event) => { if (event.target.matches(".term:focus-visible")) show(event.target); });
  article.addEventListener("focusout", (event) => { if (event.target === shown && !tip.contains(event.relatedTarget)) leave(); });
  // A tap shows; the way on is in what it shows. Other clicks follow the link, as everywhere.
  addEventListener("pointerdown", (event) => {
    tapped = event.pointerType === "touch";
    if (shown && !tip.contains(event.target) && event.target.closest?.(".term") !== shown) hide();
  });
  article.addEventListener("click", (event) => {
    const term = event.target.closest(".term");
    if (!term || !tapped) return;
    event.preventDefault();
    show(term);
  });
  addEventListener("keydown", (event) => {
    tapped = false;
    if (event.key === "Escape" && shown) hide();
  });
  addEventListener("resize", hide);
})();
