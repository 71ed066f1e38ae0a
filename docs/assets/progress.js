// Remembers in this browser, in localStorage, which exercises are ticked, which pages were read to the end, and where the
// reader was last. Nothing of it is sent anywhere, and each has a button that clears it. Without a script boxes tick and forget.
"use strict";
(() => {
  const { read, solved, ...data } = document.currentScript.dataset;
  const korean = document.documentElement.lang === "ko";
  const home = new URL(data.home, location.href).pathname;

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
  const show = () => { for (const one of shows) one(); };

  // ---- The boxes to tick. The page that lists them all says how many are done.
  const boxes = [...document.querySelectorAll(".done input[name]")];
  shows.push(() => boxes.forEach((box) => { box.checked = done.names.has(box.name); }));
  for (const box of boxes) box.addEventListener("change", () => done.put(box.name, box.checked));
  const list = document.getElementById("six");
  if (list && boxes.length) {
    const label = korean
      ? { count: (n) => `${boxes.length}문제 가운데 ${n}문제를 풀었다.`, reset: "표시 모두 지우기" }
      : { count: (n) => `${n} of ${boxes.length} solved.`, reset: "Clear all marks" };
    const count = Object.assign(document.createElement("span"), { role: "status" });
    const reset = Object.assign(document.createElement("button"), { type: "button", className: "md-button", textContent: label.reset });
    reset.addEventListener("click", () => done.change(new Set()));
    const line = Object.assign(document.createElement("p"), { className: "progress" });
    line.append(count, reset);
    list.nextElementSibling.after(line);
    shows.push(() => {
      count.textContent = label.count(boxes.filter((box) => box.checked).length);
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
        mark.ariaLabel = mark.title = exercise ? solved : read;
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
    observer.observe(top);
    observer.observe(end);
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
    const forget = Object.assign(document.createElement("button"), { type: "button", textContent: line.dataset.forget });
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

  const again = () => { for (const set of [done, pages, last]) set.again(); show(); };
  addEventListener("storage", again);
  addEventListener("pageshow", (event) => { if (event.persisted) again(); });  // back to a page that was kept
  show();
})();
