// Lets the reader freeze submodules in a table of them, and says what that does. Without a script there is the table.
// Every page loads it; where there is no module tree it does nothing.
"use strict";
(() => {
  const table = document.querySelector(".module-tree");
  if (!table) return;

  // Its words are docs/data/words.yml's, in the page's language: "{name}" is filled in.
  const words = JSON.parse(table.dataset.words);
  const say = (what, values = {}) => words[what].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const number = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");  // as both languages have it; the browser's own takes 30 ms to load

  // A submodule: its row, and the keys below it that are parameters.
  const modules = [...table.tBodies[0].rows].map((row) => ({ row, path: row.dataset.path, name: row.dataset.path || "model" }));
  const inside = (path, module) => !module.path || path === module.path || path.startsWith(`${module.path}.`);
  const keys = [...table.querySelectorAll("[data-key]")].map((item) => (
    { item, name: item.dataset.key, size: Number(item.dataset.parameters), note: make("em", { textContent: `, ${say("key")}`, hidden: true }) }));
  for (const key of keys) key.item.append(key.note);
  for (const module of modules) module.keys = keys.filter((key) => key.size && inside(key.name, module));
  const frozen = new Set();

  const inModule = (module) => module.keys.length > 0 && module.keys.every((key) => frozen.has(key));
  for (const module of modules) module.above = modules.findLast((other) => other !== module && inside(module.path, other) && other.path.length < module.path.length);
  const expression = (module) => ["model", ...module.path.split(".").filter(Boolean)].join(".").replace(/\.(\d+)/g, "[$1]");

  // What the reader touches: a box for each submodule with parameters, a button for each that has submodules of its own.
  for (const module of modules) {
    const header = module.row.cells[0];
    const [code] = header.getElementsByTagName("code");
    const below = modules.filter((other) => other.above === module);
    if (module.path && below.length) {
      const button = make("button", { type: "button", className: "open", ariaLabel: say("open", module), ariaExpanded: "false" });
      button.addEventListener("click", () => {
        module.open = !module.open;
        button.ariaExpanded = String(module.open);
        unfold();
      });
      header.prepend(button);
    } else {
      header.prepend(make("span", { className: "open" }));
      module.open = true;
    }
    if (module.keys.length) {
      module.box = make("input", { type: "checkbox", ariaLabel: say("freeze", module) });
      module.box.addEventListener("change", () => {
        for (const key of module.keys) frozen[module.box.checked ? "add" : "delete"](key);
        show();
      });
      code.before(make("label", { className: "box" }, module.box), " ");  // a finger may miss the box
    } else {
      code.before(make("span", { className: "no-box" }), " ");
    }
  }
  const unfold = () => {
    for (const module of modules) {
      const { above } = module;
      module.row.hidden = Boolean(above) && (!above.open || above.row.hidden);
    }
  };

  const evaluate = make("input", { type: "checkbox", name: "eval" });
  const reset = make("button", { type: "button", className: "md-button", textContent: say("reset") });
  const mode = make("label", { className: "mode" });
  mode.append(evaluate, ` ${say("evaluate")}: `, make("code", { textContent: "eval()" }));
  const trained = make("p", {}), statistics = make("p", {}), code = make("code", {}), list = make("ul", {}), listed = make("summary", {});
  const all = modules[0].keys.reduce((sum, key) => sum + key.size, 0);
  evaluate.addEventListener("change", () => show());
  reset.addEventListener("click", () => { frozen.clear(); evaluate.checked = false; show(); });

  const show = () => {
    for (const key of keys) key.note.hidden = !frozen.has(key);
    for (const { box, ...module } of modules.filter((m) => m.box)) {
      box.checked = inModule(module);
      box.indeterminate = !box.checked && module.keys.some((key) => frozen.has(key));
    }
    const size = [...frozen].reduce((sum, key) => sum + key.size, 0);
    trained.textContent = say("trained", { count: number(all - size), all: number(all) }) + (size === all ? ` ${say("nothing")}` : "");
    statistics.replaceChildren(...modules.filter((m) => m.row.dataset.class.startsWith("BatchNorm")).map((norm) => (
      say(inModule(norm) && evaluate.checked ? "still" : "moving", { name: norm.path }))));
    // The highest submodules that are frozen whole say it all.
    const whole = modules.filter((m) => inModule(m) && !modules.some((other) => inModule(other) && other !== m && inside(m.path, other) && other.path.length < m.path.length));
    // A line that is too long for its column goes on after a dot.
    code.innerHTML = whole.flatMap((module) => [
      `${expression(module)}.requires_grad_(False)`, ...(evaluate.checked ? [`${expression(module)}.eval()${say("again")}`] : []),
    ]).join("\n").replace(/\.(?=[a-z])/g, ".<wbr>") || say("none");
    listed.textContent = say("keys", { count: frozen.size });
    list.replaceChildren(...keys.filter((key) => frozen.has(key)).map((key) => make("li", {}, make("code", { textContent: key.name }))));
    reset.disabled = !frozen.size && !evaluate.checked;
  };

  // What a tick does stays in sight above the tree; the rest is beside or below it.
  const place = make("div", { className: "module-tree-place" }, make("div", { role: "status", className: "module-tree-status" }, trained, statistics));
  table.replaceWith(place);
  place.append(table, make("div", { className: "module-tree-effect" },
    mode, make("p", { textContent: say("code") }), make("pre", { tabIndex: 0 }, code), make("details", {}, listed, list), reset));
  table.classList.add("touched");
  unfold();
  show();
})();
