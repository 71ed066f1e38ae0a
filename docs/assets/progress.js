// Remembers in this browser, in localStorage, which exercises are ticked, which pages were read to the end, which questions were
// answered, and where the reader was last. Nothing of it is sent anywhere, and all of it can be cleared. Without a script boxes
// tick and forget. Questions are asked by assets/questions.js, which finds what is kept as `progress`.
"use strict";
(() => {
  const words = document.currentScript.dataset;
  const home = new URL(words.home, location.href).pathname;

  // A set of names under a key, and what to show when it changes, here or in another tab.
  const shows = [];
  const kept = (key) => {
    const load = () => {
      try {
        return new Set(JSON.parse(localStorage.getItem(key)) || []);
      } catch {  // a browser that allows no storage, or something else wrote there
        return new Set();
      }
    };
    const set = { names: load(), again: () => { set.names = load(); } };
    set.change = (next) => {
      set.names = next;
      try {
        if (next.size) localStorage.setItem(key, JSON.stringify([...next]));
        else localStorage.removeItem(key);
      } catch {  // remembered until the page is left
      }
      show();
    };
    set.put = (name, there) => {
      const next = new Set([...load(), ...set.names]);
      next[there ? "add" : "delete"](name);
      set.change(next);
    };
    return set;
  };
  const done = kept("exercises-done"), pages = kept("pages-read"), last = kept("place");  // the last has one name or none
  // Of a question there is one name, `nn-module/modes/frozen-norm=2`: the choice last taken, in the set that the first one belongs to.
  const right = kept("questions-right"), missed = kept("questions-missed");
  const all = { "exercises-done": done, "pages-read": pages, place: last, "questions-right": right, "questions-missed": missed };
  const show = () => { for (const one of shows) one(); };

  // ---- The boxes to tick. The page that lists them all says how many are done.
  const boxes = [...document.querySelectorAll(".done input[name]")];
  shows.push(() => boxes.forEach((box) => { box.checked = done.names.has(box.name); }));
  for (const box of boxes) box.addEventListener("change", () => done.put(box.name, box.checked));
  const list = [...document.querySelectorAll("article h2")].findLast((heading) => boxes[1]?.compareDocumentPosition(heading) & 2);
  if (list) {
    const count = Object.assign(document.createElement("span"), { role: "status" });
    const reset = Object.assign(document.createElement("button"), { type: "button", className: "md-button", textContent: words.reset });
    reset.addEventListener("click", () => done.change(new Set([...done.names].filter((name) => !boxes.some((box) => box.name === name)))));
    const line = Object.assign(document.createElement("p"), { className: "progress" });
    line.append(count, reset);
    list.nextElementSibling.after(line);
    shows.push(() => {
      const solved = boxes.filter((box) => box.checked).length;
      count.textContent = words.count.replace("{all}", boxes.length).replace("{done}", solved);
      reset.disabled = !boxes.some((box) => box.checked);
    });
  }

  // ---- Marks in the navigation. A page is known by its address below the home page, which both languages share: an
  // exercise has its mark when it is solved, another page when it has been read to the end.
  const address = (url) => url.pathname.slice(home.length);
  const links = [...document.querySelectorAll(".md-nav--primary a.md-nav__link[href]:not([href^='#'])")].filter((link) => address(link));
  const titles = new Map(links.map((link) => [address(link), link.textContent.trim()]));
  shows.push(() => {
    for (const link of links) {
      const exercise = /exercises\/(\d[^/]*)\/$/.exec(address(link));
      const marked = exercise ? done.names.has(exercise[1]) : pages.names.has(address(link));
      for (const row of link.parentElement.querySelectorAll(":scope > .md-nav__link")) {  // the drawer has two for the page itself
        row.querySelector(".mark")?.remove();
        if (!marked) continue;
        const mark = Object.assign(document.createElement("span"), { className: "mark", role: "img", textContent: "✓" });
        mark.ariaLabel = mark.title = exercise ? words.solved : words.read;
        row.querySelector(".md-ellipsis").after(mark);
      }
    }
  });

  // ---- A page is read to the end when both its ends have been seen; a link into its last section shows but one of them.
  const here = address(location), ends = new Map();
  const [top, end] = ["article h1", ".verified"].map((what) => document.querySelector(what));
  if (titles.has(here) && top && end) {
    const seen = new Set();
    const observer = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        ends.set(target, isIntersecting);
        if (isIntersecting) seen.add(target);
      }
      if (seen.size === 2 && !pages.names.has(here)) pages.put(here, true);
    });
    // Not before the page has loaded: until then a link into its last section shows the top.
    const start = () => [top, end].forEach((one) => observer.observe(one));
    if (document.readyState === "complete") start();
    else addEventListener("load", start);
    // Where the reader leaves it, the home page goes on: at the section, or on the next page if this one was done with.
    const leave = () => {
      const next = document.querySelector("link[rel=next]");
      const section = document.querySelector(".md-sidebar--secondary [aria-current]")?.hash || "";
      const on = ends.get(end) && next && titles.has(address(new URL(next.href)));
      last.change(new Set([on ? address(new URL(next.href)) : here + section]));
    };
    addEventListener("visibilitychange", () => { if (document.hidden) leave(); });
    addEventListener("pagehide", leave);
  }

  // ---- The home page says where the reader was; there is nothing to say before that.
  const line = document.querySelector(".continue");
  if (line) {
    const link = document.createElement("a");
    const forget = Object.assign(document.createElement("button"), { type: "button", textContent: line.dataset.forget, title: line.dataset.what, ariaLabel: line.dataset.what });
    forget.addEventListener("click", () => { last.change(new Set()); pages.change(new Set()); });
    line.append(link, forget);
    shows.push(() => {
      const [place] = last.names;
      const title = place && titles.get(place.replace(/#.*/, ""));
      document.documentElement.classList.toggle("continued", Boolean(title));
      if (!title) return;
      link.href = home + place;
      link.textContent = `${line.dataset.say}: ${title}`;
    });
  }

  // ---- The path: a line on every page that says how much is done, once anything is. The questions are counted by the build.
  const path = document.querySelector(".path");
  if (path) {
    const link = path.querySelector("a");
    const solvable = [...titles.keys()].filter((one) => /exercises\/\d[^/]*\/$/.test(one));
    const readable = [...titles.keys()].filter((one) => !solvable.includes(one));
    shows.push(() => {
      const read = readable.filter((one) => pages.names.has(one)).length;
      const solved = solvable.filter((one) => done.names.has(one.split("/").at(-2))).length;
      const counts = { read, pages: readable.length, questions: path.dataset.questions, right: right.names.size, solved, exercises: solvable.length };
      link.textContent = Object.entries(counts).reduce((text, [name, count]) => text.replace(`{${name}}`, count), path.dataset.line);
      path.hidden = !read && !solved && !right.names.size && !missed.names.size;
    });
  }
  window.progress = { all, right, missed, shows };

  const again = () => { for (const set of Object.values(all)) set.again(); show(); };
  addEventListener("storage", again);
  addEventListener("pageshow", (event) => { if (event.persisted) again(); });  // back to a page that was kept
  show();
})();
