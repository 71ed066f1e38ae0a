// Lets the reader set three switches, and shows which row of the table answers. Without a script there is the table.
"use strict";
(() => {
  const place = document.querySelector(".switches");
  const table = place.querySelector("table");

  const say = {
    ko: {
      groups: [["모드", "<code>train()</code>", "<code>eval()</code>"], ["<code>requires_grad</code>", "<code>True</code>", "<code>False</code>"], ["<code>no_grad()</code>", "없음", "있음"]],
      questions: ["<code>encoder</code>의 파라미터에 gradient가 담기는가?", "앞에 있는 <code>projector</code>에 gradient가 닿는가?", "BatchNorm의 누적 통계가 바뀌는가?", "Dropout이 값을 0으로 만드는가?"],
      code: "이렇게 설정하는 코드", all: "여덟 가지 설정을 한 표로 보기",
    },
    en: {
      groups: [["mode", "<code>train()</code>", "<code>eval()</code>"], ["<code>requires_grad</code>", "<code>True</code>", "<code>False</code>"], ["<code>no_grad()</code>", "off", "on"]],
      questions: ["Do the parameters of <code>encoder</code> get a gradient?", "Does <code>projector</code>, before it, get a gradient?", "Do BatchNorm's running statistics change?", "Does Dropout set values to zero?"],
      code: "The code for this setting", all: "All eight settings in one table",
    },
  }[document.documentElement.lang];
  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  // The picture: forward above, the gradient back below, through the boxes; a dot where parameters get it.
  const picture = make("figure", { className: "drawing road", innerHTML: `<svg viewBox="0 0 360 96" aria-hidden="true">
<defs><marker id="switches-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z"/></marker>
<pattern id="switches-ice" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0H6V6H0z" class="cold"/><path d="M0 0V6" class="hatch"/></pattern></defs>
<g class="lines"><rect x="2" y="8" width="92" height="60" rx="8" class="warm"/><rect x="124" y="8" width="96" height="60" rx="8" class="warm"/><rect x="124" y="8" width="96" height="60" rx="8" fill="url(#switches-ice)"/><rect x="250" y="8" width="56" height="60" rx="8" class="warm"/>
<g marker-end="url(#switches-tip)"><path d="M94 29H122"/><path d="M220 29H248"/><path d="M306 29H320"/></g></g>
<g class="lines flow"><path d="M340 42V52H278"/><path d="M278 52H236"/><path d="M236 52H74"/><path d="M236 42V62" class="bar"/></g>
<g class="tip"><path d="M64 52L77 45V59z"/><circle cx="278" cy="52" r="6"/><circle cx="172" cy="52" r="6"/></g>
<g class="code" text-anchor="middle"><text x="48" y="33">projector</text><text x="172" y="33">encoder</text><text x="278" y="33">head</text><text x="172" y="89"></text></g><text x="340" y="34" text-anchor="middle">loss</text></svg>` });
  const [warm, ice] = picture.querySelectorAll("[x='124']"), [, , through, bar] = picture.querySelectorAll(".flow path"), [tip, , own] = picture.querySelector(".tip").children;
  const mode = picture.querySelector("[y='89']");
  const see = (element, seen) => element.setAttribute("visibility", seen ? "visible" : "hidden");

  // What the reader touches: the second position of each switch is worth 4, 2 and 1 rows of the table.
  const switches = say.groups.map(([name, ...positions], number) => {
    const inputs = positions.map((_, position) => make("input", { type: "radio", name: `switch-${number}`, checked: !position }));
    const labels = positions.map((text, position) => {
      const label = make("label", { innerHTML: text });
      label.prepend(inputs[position], " ");
      return label;
    });
    return { set: make("fieldset", {}, make("legend", { innerHTML: name }), ...labels), second: inputs[1] };
  });
  const answers = say.questions.map(() => make("strong", {}));
  const status = make("div", { role: "status", className: "answers" }, ...say.questions.map((question, number) => {
    const line = make("p", { innerHTML: `<span>${question}</span> ` });
    line.append(answers[number]);
    return line;
  }));
  const code = make("code", {});

  const rows = [...table.tBodies[0].rows];
  const show = () => {
    const [evaluated, frozen, unrecorded] = switches.map(({ second }) => second.checked);
    const row = rows[4 * evaluated + 2 * frozen + unrecorded];
    const first = rows[0].cells[1].textContent;  // as built, the answer to everything is yes
    const yes = answers.map((answer, number) => (answer.textContent = row.cells[number + 1].textContent) === first);
    answers.forEach((answer, number) => answer.classList.toggle("yes", yes[number]));
    for (const other of rows) other.ariaCurrent = other === row ? "true" : null;
    code.textContent = [
      `model.encoder.${evaluated ? "eval" : "train"}()`, `model.encoder.requires_grad_(${frozen ? "False" : "True"})`,
      ...(unrecorded ? ["with torch.no_grad():", "    y = model.encoder(y)"] : ["y = model.encoder(y)"]),
    ].join("\n");
    mode.textContent = evaluated ? "eval()" : "train()";
    see(ice, frozen);
    see(warm, !frozen);
    for (const box of [ice, warm]) box.setAttribute("stroke-dasharray", unrecorded ? "5 5" : "none");
    see(own, yes[0]);
    for (const part of [through, tip]) see(part, yes[1]);
    see(bar, !yes[1]);
  };

  place.addEventListener("change", show);
  const panel = make("div", { className: "switches-panel" },
    picture, make("div", { className: "sets" }, ...switches.map(({ set }) => set)), status,
    make("p", { textContent: say.code }), make("pre", { tabIndex: 0 }, code));
  const all = make("details", {}, make("summary", { textContent: say.all }));
  table.replaceWith(panel, all);
  all.append(table);
  show();
})();
