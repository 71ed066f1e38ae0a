// Remembers in this browser, in localStorage, which exercises are ticked. Without a script the boxes tick and forget.
// Every page loads it; where there is no box it does nothing.
"use strict";
(() => {
  const boxes = [...document.querySelectorAll(".done input[name]")];
  if (!boxes.length) return;

  const load = () => {
    try {
      return new Set(JSON.parse(localStorage.getItem("exercises-done")) || []);
    } catch {  // a browser that allows no storage, or something else wrote there
      return new Set();
    }
  };
  let done = load();
  let show = () => boxes.forEach((box) => { box.checked = done.has(box.name); });
  const change = (next) => {
    done = next;
    try {
      localStorage.setItem("exercises-done", JSON.stringify([...done]));
    } catch {  // remembered until the page is left
    }
    show();
  };
  for (const box of boxes) {
    box.addEventListener("change", () => {
      const next = new Set([...load(), ...done]);
      next[box.checked ? "add" : "delete"](box.name);
      change(next);
    });
  }

  // The page that lists them all says how many are done, and has a button that clears them.
  const list = document.getElementById("six");
  if (list) {
    const label = {
      ko: { count: (n) => `${boxes.length}문제 가운데 ${n}문제를 풀었다.`, reset: "표시 모두 지우기" },
      en: { count: (n) => `${n} of ${boxes.length} solved.`, reset: "Clear all marks" },
    }[document.documentElement.lang];
    const count = Object.assign(document.createElement("span"), { role: "status" });
    const reset = Object.assign(document.createElement("button"), { type: "button", className: "md-button", textContent: label.reset });
    reset.addEventListener("click", () => change(new Set()));
    const line = Object.assign(document.createElement("p"), { className: "progress" });
    line.append(count, reset);
    list.nextElementSibling.after(line);
    const tick = show;
    show = () => {
      tick();
      count.textContent = label.count(boxes.filter((box) => box.checked).length);
      reset.disabled = !boxes.some((box) => box.checked);
    };
  }

  const again = () => { done = load(); show(); };
  addEventListener("storage", again);  // ticked in another tab
  addEventListener("pageshow", (event) => { if (event.persisted) again(); });  // back to a page that was kept
  show();
})();
