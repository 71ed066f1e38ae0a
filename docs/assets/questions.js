// Makes a form of each question of a page. What is answered is kept by assets/progress.js. Without a script the choices unfold.
"use strict";
(() => {
  const say = JSON.parse(document.currentScript.dataset.words);  // from docs/data/words.yml
  const { right, missed, shows } = window.progress;
  const button = (text, act) => {
    const made = make("button", { type: "button", className: "md-button", textContent: text });
    made.addEventListener("click", act);
    return made;
  };

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
  Object.assign(window.progress, { questions, named, button });  // for assets/known.js
})();
