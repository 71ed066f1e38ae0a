// On the page of all questions: asks them one by one in a mixed order, those that were missed first, and says what to read
// again; and what this browser keeps can be taken along and erased. Without a script there is the list of all, by page.
"use strict";
(() => {
  const say = JSON.parse(document.currentScript.dataset.words);  // from docs/data/words.yml
  const { all, right, missed, shows, questions, named, button } = window.progress;
  const filled = (text, values) => Object.entries(values).reduce((said, [name, value]) => said.replace(`{${name}}`, value), text);

  // ---- What to read again, and one question after the other.
  const score = make("p", { role: "status" });
  const reread = make("ul", {});
  const heading = make("p", { textContent: `${say.read}:` });
  const which = make("span", {});
  const current = make("div", {});
  const place = make("div", {});  // where the question that is asked stands on the page
  const on = button(say.next, () => turn());
  document.querySelector(".known").append(score, heading, reread, make("h2", { textContent: say.mixed }), current, make("p", { className: "turn" }, on, which));

  const mixed = (some) => some.map((one) => [Math.random(), one]).sort(([a], [b]) => a - b).map(([, one]) => one);
  let queue = [], number = 0;
  const turn = () => {
    if (current.firstChild) place.replaceWith(current.firstChild);
    if (number === queue.length) {
      const [wrong, open, known] = [[], [], []];
      for (const one of questions) (named(missed, one.id) ? wrong : named(right, one.id) ? known : open).push(one);
      queue = [wrong, open, known].flatMap(mixed);
      number = 0;
    }
    const next = queue[number++];
    next.section.replaceWith(place);
    next.reset();
    current.append(next.section);
    which.textContent = filled(say.which, { number, all: queue.length });
  };
  shows.push(() => {
    const known = (set) => questions.filter((one) => named(set, one.id)).length;
    score.textContent = filled(say.score, { all: questions.length, right: known(right), missed: known(missed) });
    const pages = new Map();
    for (const one of questions) {
      const page = one.id.replace(/\/[^/]*$/, "");
      if (!pages.has(page)) pages.set(page, []);
      pages.get(page).push(one);
    }
    const rows = [...pages.values()].map((own) => [own, own.filter((one) => named(missed, one.id)).length]).filter(([, count]) => count);
    heading.hidden = !rows.length;
    reread.replaceChildren(...rows.sort(([, a], [, b]) => b - a).map(([own, count]) => {
      const link = own[0].section.querySelector(".again a");
      const page = make("a", { href: link.href.replace(/#.*/, ""), textContent: titles.get(own[0].id) });
      return make("li", {}, page, `: ${filled(say.missed, { all: own.length, missed: count })}`);
    }));
  });
  const titles = new Map();
  let title = "";
  for (const element of document.querySelectorAll("h2.asked, .question")) {
    if (element.matches("h2")) title = element.firstChild && [...element.childNodes].filter((node) => !node.matches?.(".headerlink")).map((node) => node.textContent).join("");
    else titles.set(element.dataset.question, title);
  }
  for (const show of shows) show();
  turn();

  // ---- What is kept, to take along and to erase.
  const told = make("span", { role: "status" });
  const file = make("input", { type: "file", accept: "application/json", hidden: true });
  file.addEventListener("change", async () => {
    try {
      const found = JSON.parse(await file.files[0].text());
      const lists = Object.keys(all).map((key) => found[key]);
      if (!lists.every((list) => Array.isArray(list) && list.every((name) => typeof name === "string"))) throw new TypeError();
      for (const [key, set] of Object.entries(all)) set.change(new Set(found[key]));
      told.textContent = say.loaded;
    } catch {  // no JSON, or other JSON
      told.textContent = say.unread;
    }
    file.value = "";
  });
  const save = button(say.save, () => {
    const text = JSON.stringify(Object.fromEntries(Object.entries(all).map(([key, set]) => [key, [...set.names]])), null, 1);
    const link = make("a", { href: URL.createObjectURL(new Blob([text], { type: "application/json" })), download: "notes-record.json" });
    link.click();
    URL.revokeObjectURL(link.href);
    told.textContent = say.saved;
  });
  const erase = button(say.erase, () => {
    if (erase.textContent === say.erase) {
      erase.textContent = say.sure;
      return;
    }
    for (const set of Object.values(all)) set.change(new Set());
    erase.textContent = say.erase;
    told.textContent = say.erased;
  });
  erase.addEventListener("blur", () => { erase.textContent = say.erase; });
  document.getElementById("kept").nextElementSibling.after(make("p", { className: "kept" }, save, button(say.load, () => file.click()), file, erase, told));
})();
