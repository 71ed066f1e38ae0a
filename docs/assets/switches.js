// Lets the reader set three switches, and shows which row of the table answers.
// Without a script there is the table.
"use strict";
(() => {
  const place = document.querySelector(".switches");
  const table = place.querySelector("table");

  const say = JSON.parse(place.dataset.words);  // from docs/data/words.yml

  // The picture: forward above, the gradient back below, through the boxes; a dot where it is kept.
  const picture = make("figure", { className: "drawing road", innerHTML: `
    <svg viewBox="0 0 360 96" aria-hidden="true"><defs>
      <marker id="switches-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"
        orient="auto"><path d="M0 0L8 4L0 8z"/></marker>
      <pattern id="switches-ice" width="6" height="6" patternUnits="userSpaceOnUse"
        patternTransform="rotate(45)">
        <path d="M0 0H6V6H0z" class="cold"/><path d="M0 0V6" class="hatch"/></pattern></defs>
      <g class="lines">
        <rect x="2" y="8" width="92" height="60" rx="8" class="warm"/>
        <rect x="250" y="8" width="56" height="60" rx="8" class="warm"/>
        <rect x="124" y="8" width="96" height="60" rx="8" class="warm part-trained"/>
        <rect x="124" y="8" width="96" height="60" rx="8" class="part-frozen"
          fill="url(#switches-ice)"/>
        <g marker-end="url(#switches-tip)">
          <path d="M94 29H122"/><path d="M220 29H248"/><path d="M306 29H320"/></g></g>
      <g class="lines flow">
        <path d="M340 42V52H236"/><path d="M236 52H74" class="through"/>
        <path d="M236 42V62" class="bar"/></g>
      <g class="point">
        <path d="M64 52L77 45V59z" class="through"/>
        <circle cx="278" cy="52" r="6"/><circle cx="172" cy="52" r="6" class="own"/></g>
      <g class="code" text-anchor="middle">
        <text x="48" y="33">first</text><text x="172" y="33">middle</text>
        <text x="278" y="33">last</text><text x="172" y="89" class="mode"></text></g>
      <text x="340" y="34" text-anchor="middle">loss</text></svg>` });
  const see = (part, seen) => {
    for (const element of picture.querySelectorAll(part)) {
      element.setAttribute("visibility", seen ? "visible" : "hidden");
    }
  };

  // What the reader touches: three switches of two positions each.
  const switches = say.groups.map(([name, ...positions], number) => {
    const inputs = positions.map((_, position) => (
      make("input", { type: "radio", name: `switch-${number}`, checked: !position })));
    const labels = positions.map((text, position) => {
      const label = make("label", { innerHTML: text });
      label.prepend(inputs[position], " ");
      return label;
    });
    const set = make("fieldset", {}, make("legend", { innerHTML: name }), ...labels);
    return { set, second: inputs[1] };
  });
  const answers = say.questions.map(() => make("strong", {}));
  const lines = say.questions.map((question, number) => (
    make("p", {}, make("span", { innerHTML: question }), " ", answers[number])));
  const code = make("code", {});

  const rows = [...table.tBodies[0].rows];
  const yes = rows[0].cells[1].textContent;  // with nothing switched, the answer to all is yes
  const show = () => {
    const [evaluated, frozen, unrecorded] = switches.map(({ second }) => second.checked);
    const row = rows[4 * evaluated + 2 * frozen + unrecorded];
    for (const other of rows) other.ariaCurrent = other === row ? "true" : null;
    answers.forEach((answer, number) => {
      answer.textContent = row.cells[number + 1].textContent;
      answer.classList.toggle("yes", answer.textContent === yes);
    });
    code.textContent = [
      `model.middle.${evaluated ? "eval" : "train"}()`,
      `model.middle.requires_grad_(${frozen ? "False" : "True"})`,
      ...(unrecorded ? ["with torch.no_grad():"] : []),
      `${unrecorded ? "    " : ""}y = model.middle(y)`,
    ].join("\n");

    const [own, before] = answers.map((answer) => answer.textContent === yes);
    picture.querySelector(".mode").textContent = evaluated ? "eval()" : "train()";
    for (const box of picture.querySelectorAll(".part-frozen, .part-trained")) {
      box.setAttribute("stroke-dasharray", unrecorded ? "5 5" : "none");
    }
    see(".part-frozen", frozen);
    see(".part-trained", !frozen);
    see(".own", own);
    see(".through", before);
    see(".bar", !before);
  };

  place.addEventListener("change", show);
  const status = make("div", { role: "status", className: "answers" }, ...lines);
  const panel = make("div", { className: "switches-panel" },
    picture, ...switches.map(({ set }) => set), status,
    make("p", { textContent: say.code }), make("pre", { tabIndex: 0 }, code));
  const all = make("details", {}, make("summary", { textContent: say.all }));
  table.replaceWith(panel, all);
  all.append(table);
  show();
})();
