// Searches the sections of the site in the page's language. The index, and find.js, which searches it, are fetched when
// the reader turns to search.
"use strict";
(() => {
  const form = document.querySelector(".md-search__form");
  if (!form) return;
  const input = form.elements.query;
  const toggle = document.getElementById("__search");
  const status = document.querySelector(".md-search-result__meta");
  const list = document.querySelector(".md-search-result__list");
  const ways = document.querySelector(".md-search-result__ways");  // on from where nothing is found
  const start = status.textContent;

  // ---- What the reader sees.
  const make = (tag, className, ...children) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.append(...children);
    return element;
  };
  const SHOWN = 12;
  // How many sections have what was asked for, and whether what is shown is that.
  const tell = ({ hits, asked, respelled }) => {
    const exact = hits.filter((hit) => hit.exact).length;
    if (!hits.length) return say.none;
    if (respelled) return say.respelled.replace("{}", asked.join(" "));
    if (!hits[0].exact) return say.near;
    return (exact > SHOWN ? say.first : exact < hits.length ? say.then : say.found).replace("{}", exact).replace("{}", SHOWN);
  };
  const say = form.dataset;
  const finder = new URL("find.js", document.currentScript.src);
  let ready, find, tries = 0, latest = "";
  const fetchIndex = () => {
    ready ||= Promise.all([import(`${finder}#${tries}`), fetch(say.index).then((response) => response.json())])
      .then(([module, data]) => { find = module; return find.read(data); });
    // The next try may do better; to a browser that keeps a module which did not come, it is another one.
    ready.catch(() => { ready = undefined; tries += 1; });
    return ready;
  };
  const show = (query, text, items = []) => {
    list.replaceChildren(...items);
    list.parentElement.dataset.query = query;
    status.textContent = text;
    ways.hidden = text !== say.none;
  };
  const search = async () => {
    const query = input.value.trim();
    if (query === latest) return;
    latest = query;
    remember();
    if (!query) return show("", start);
    let index;
    try {
      if (!find) status.textContent = say.loading;
      index = await fetchIndex();
    } catch {
      if (query === latest) show((latest = ""), say.failed);
      return;
    }
    if (query !== latest) return;  // typed on in the meantime
    const answer = find.score(index, query);
    show(query, tell(answer), answer.hits.slice(0, SHOWN).map(({ section: [address, title, page, prose, , , lang] }) => {
      const article = make("article", "md-search-result__article md-typeset", make("h2", "", title));
      if (lang) article.lang = lang;
      if (page !== title) article.append(make("p", "md-search-result__page", page));
      const said = find.excerpt(prose, answer.asked).map(([text, asked]) => (asked ? make("mark", "", text) : text));
      article.append(make("p", "", ...said));
      const link = make("a", "md-search-result__link", article);
      link.href = new URL(address, new URL(say.home, location.href));
      return make("li", "md-search-result__item", link);
    }));
  };

  // ---- The address holds the query while the search is open: it can be sent to others, and Back returns to it.
  let later;
  const write = () => {
    clearTimeout(later);
    const here = new URL(location.href), query = toggle.checked ? input.value.trim() : "";
    if ((here.searchParams.get("q") || "") === query) return;
    if (query) here.searchParams.set("q", query);
    else here.searchParams.delete("q");
    history.replaceState(history.state, "", here);
  };
  const remember = () => {  // not with every key: browsers limit how often an address changes
    clearTimeout(later);
    later = setTimeout(write, 400);
  };
  document.querySelector(".md-search__output").addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    write();
    if (link.getAttribute("href").startsWith("#")) open(false);  // on this page
  });

  const open = (wanted) => {
    if (toggle.checked !== wanted) {
      toggle.checked = wanted;
      toggle.dispatchEvent(new Event("change"));
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (list.firstChild) list.querySelector("a").click();
    else search();
  });
  form.addEventListener("reset", () => { input.focus(); requestAnimationFrame(search); });
  input.addEventListener("input", search);
  input.addEventListener("keyup", search);
  input.addEventListener("focus", () => { open(true); fetchIndex().catch(() => {}); });
  toggle.addEventListener("change", () => {
    if (toggle.checked) input.focus();
    write();
  });
  document.querySelector(".md-search").addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      open(false);
      input.blur();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const stops = [input, ...list.querySelectorAll("a")];
      const next = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      stops[Math.max(0, Math.min(next, stops.length - 1))].focus();
      event.preventDefault();
    }
  });
  document.querySelector(".md-search").addEventListener("focusout", (event) => {
    if (event.relatedTarget && !event.currentTarget.contains(event.relatedTarget)) open(false);
  });
  document.addEventListener("keydown", (event) => {
    const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
    const ctrlK = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.code === "KeyK";  // the key gives ㅏ while one types Hangul
    if (event.altKey || !(slash || ctrlK)) return;
    input.focus();
    input.select();
    event.preventDefault();
  });

  const asked = new URLSearchParams(location.search).get("q")?.trim();
  if (asked) {
    input.value = asked;
    open(true);
    search();
  }
})();
