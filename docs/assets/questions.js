// Makes a form of each question of a page. On the page of all questions it asks them in a mixed order, those that were missed
// first, and says what to read again. What is answered is kept by assets/progress.js. Without a script the choices unfold.
"use strict";
(() => {
  const say = JSON.parse(document.currentScript.dataset.words).script;  // from docs/data/words.yml
  const { all, right, missed, shows } = window.progress;
  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const button = (text, act) => {
    const made = make("button", { type: "button", className: "md-button", textContent: text });
    made.addEventListener("click", act);
    return made;
  };
  const filled = (text, values) => Object.entries(values).reduce((said, [name, value]) => said.replace(`{${name}}`, value), text);

  // The choice last taken is kept after the id. The set is chosen by the first one of an attempt: who guesses on has missed it.
  const named = (set, id) => [...set.names].find((name) => name.startsWith(`${id}=`));
  const taken = (id) => (named(right, id) || named(missed, id))?.split("=")[1] ?? null;
  const keep = (id, choice, atOnce) => {
    const others = (set) => [...set.names].filter((name) => !name.startsWith(`${id}=`));
    const [into, from] = atOnce ? [right, missed] : [missed, right];
    into.change(new Set([...others(into), `${id}=${choice}`]));
    from.change(new Set(others(from)));
  };

  const ask = (section) => {
    const id = section.dataset.question, solution = Number(section.dataset.right);
    const folds = [...section.querySelectorAll(":scope > details")];
    const inputs = folds.map((_, number) => make("input", { type: "radio", name: id, value: number }));
    const labels = folds.map((fold, number) => (
      make("label", {}, inputs[number], make("span", {}, ...fold.querySelector("summary").cloneNode(true).childNodes))));
    const check = make("button", { type: "submit", className: "md-button", textContent: say.check });
    const anew = button(say.anew, () => { reset(); inputs[0].focus(); });
    const verdict = make("div", { className: "verdict", role: "status" });
    const form = make("form", { noValidate: true },
      make("fieldset", {}, make("legend", { textContent: say.choose }), ...labels), make("p", {}, check, anew), verdict);
    const others = make("details", { className: "others" }, make("summary", { textContent: say.others }));
    folds[0].before(form);
    form.after(others);
    others.append(...folds);

    let atOnce = null;  // whether the first choice of this attempt was right; null before there is one
    const show = (choice) => {
      const answered = choice !== null, done = choice === solution;
      const focused = document.activeElement === check;
      labels.forEach((label, number) => {
        label.className = number !== choice ? "" : done ? "right" : "wrong";
        inputs[number].disabled = done && number !== choice;
      });
      verdict.replaceChildren(...answered ? folds[choice].cloneNode(true).childNodes : []);
      verdict.querySelector("summary")?.remove();
      section.classList.toggle("answered", answered);
      others.hidden = anew.hidden = !done;
      check.hidden = done;
      if (done && focused) anew.focus();  // what had it is gone
    };
    const reset = () => {
      atOnce = null;
      for (const input of inputs) input.checked = false;
      others.open = false;
      show(null);
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const choice = inputs.findIndex((input) => input.checked);
      if (choice < 0) {
        verdict.textContent = say.first;
        return;
      }
      atOnce ??= choice === solution;
      keep(id, choice, atOnce);
      show(choice);
    });
    const last = taken(id);
    if (last !== null && inputs[last]) {
      atOnce = Boolean(named(right, id));
      inputs[last].checked = true;
      show(Number(last));
    } else {
      show(null);
    }
    shows.push(() => { if (atOnce !== null && taken(id) === null) reset(); });  // all was erased
    return { id, section, reset };
  };
  const questions = [...document.querySelectorAll(".question")].map(ask);

  // ---- The page of all questions: what to read again, and one question after the other.
  const start = document.querySelector("h2.asked");
  if (!start) return;
  const score = make("p", { role: "status" });
  const reread = make("ul", {});
  const heading = make("p", { textContent: `${say.read}:` });
  const which = make("span", {});
  const current = make("div", {});
  const place = make("div", {});  // where the question that is asked stands on the page
  const on = button(say.next, () => turn());
  start.before(score, heading, reread, make("h2", { textContent: say.mixed }), current, make("p", { className: "turn" }, on, which));

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
    const link = make("a", { href: URL.createObjectURL(new Blob([text], { type: "application/json" })), download: "nn-module-notes.json" });
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
