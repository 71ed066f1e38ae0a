// What tests look for on a page, each by its name; `run` of tests/conftest.py calls it.
({
    // The sum of the layout shifts so far, once two frames have been painted.
    shift: () => new Promise((done) => {
        let sum = 0;
        new PerformanceObserver((list) => { for (const entry of list.getEntries()) sum += entry.value; }).observe({ type: "layout-shift", buffered: true });
        requestAnimationFrame(() => requestAnimationFrame(() => done(sum)));
    }),
    // Names in the prose's code that are set on two lines, though one would hold them.
    broken: () => [...document.querySelectorAll("article :not(pre) > code")].flatMap((code) => {
        const found = [], column = code.closest("p, li, td, th, dd, dt, h1, h2, h3, summary")?.clientWidth || 0;
        for (const walk = document.createTreeWalker(code, NodeFilter.SHOW_TEXT); walk.nextNode();) {
            for (const name of walk.currentNode.data.matchAll(/[\w.]{2,}/g)) {
                const range = new Range();
                range.setStart(walk.currentNode, name.index);
                range.setEnd(walk.currentNode, name.index + name[0].length);
                const boxes = [...range.getClientRects()];
                const width = boxes.reduce((sum, box) => sum + box.width, 0);
                if (new Set(boxes.map((box) => Math.round(box.top))).size > 1 && width < 0.8 * column) found.push(name[0]);
            }
        }
        return found;
    }),
    // How many blocks have to have a button to copy them.
    copyable: () => document.querySelectorAll("div.highlight:not(.language-text, .language-pytb)").length,
    // Where the footer's links for contributors lead; how many others of the footer or the navigation lead there.
    contributors: () => [
        [...document.querySelectorAll(".md-footer .for-contributors a")].map((link) => link.href),
        document.querySelectorAll(":is(.md-nav--primary, .md-footer__inner) a:is([href*='contributing/'], [href*='maintaining/'])").length,
    ],
    // Each button is clicked, folded ones too: what the clipboard then holds, and whether that is the block's own code.
    copied: async () => {
        const copied = [];
        for (const button of document.querySelectorAll(".md-code__button")) {
            button.click();
            await new Promise((done) => setTimeout(done));
            const text = await navigator.clipboard.readText();
            copied.push([text, text === button.closest("pre").querySelector("code").textContent]);
        }
        return copied;
    },
    // What can be worked and is too small: 44 px each way, or 24 if it is a link in running text. A box to tick has its label.
    small: () => {
        const text = "p, li, dd, dt, td, th, h1, h2, h3, h4, summary";
        return [...document.querySelectorAll("a[href], button, summary, input, label[for]")].flatMap((one) => {
            if (one.matches(".md-toggle") || !one.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return [];
            const inline = getComputedStyle(one).display === "inline" && one.closest(text);
            const least = inline ? 24 : 44;
            const boxes = inline ? [...one.getClientRects()] : [(one.matches("input") && one.closest("label") || one).getBoundingClientRect()];
            const { width, height, left } = boxes.reduce((small, box) => box.height < small.height ? box : small);
            if (left < 0 || Math.min(inline ? least : width, height) > least - 0.5) return [];
            return [`${one.outerHTML.replace(/\s+/g, " ").slice(0, 110)} is ${Math.round(width)}×${Math.round(height)} px, and needs ${least}`];
        });
    },
    // Icons of what can be worked that stand out from what is behind them by less than 3:1.
    faint: () => {
        const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
        const over = (colors) => {  // colors from the back to the front, as they are seen
            canvas.fillStyle = "#fff";
            canvas.fillRect(0, 0, 1, 1);
            for (const [color, opacity] of colors) {
                canvas.globalAlpha = opacity;
                canvas.fillStyle = color;
                canvas.fillRect(0, 0, 1, 1);
                canvas.globalAlpha = 1;
            }
            return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
        };
        const light = (color) => {
            const [r, g, b] = color.map((c) => c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const found = [];
        for (const one of document.querySelectorAll("a[href], button, summary, label[for]")) {
            if (!one.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
            const back = [];
            let opacity = 1;
            for (let above = one; above; above = above.parentElement) {
                back.unshift([getComputedStyle(above).backgroundColor, 1]);
                opacity *= Number(getComputedStyle(above).opacity);
            }
            const icons = [...one.querySelectorAll("svg")].filter((svg) => svg.checkVisibility()).map((svg) => getComputedStyle(svg).fill);
            for (const part of [one, ...one.querySelectorAll(".md-icon")]) {
                for (const style of ["::before", "::after"].map((pseudo) => getComputedStyle(part, pseudo))) {
                    if (part.checkVisibility() && style.content !== "none" && style.maskImage !== "none") icons.push(style.backgroundColor);
                }
            }
            for (const icon of icons) {
                const [a, b] = [light(over(back)), light(over([...back, [icon, opacity]]))].sort((x, y) => y - x);
                const contrast = (a + 0.05) / (b + 0.05);
                if (contrast < 3) found.push(`the icon of ${one.outerHTML.replace(/\s+/g, " ").slice(0, 90)} has a contrast of ${contrast.toFixed(2)}:1, and needs 3:1`);
            }
        }
        return [...new Set(found)];
    },
    // Buttons to copy that are over their code.
    covering: () => [...document.querySelectorAll("pre:has(.md-code__nav)")].filter((pre) =>
        pre.querySelector("button").getBoundingClientRect().bottom > pre.querySelector("code").getBoundingClientRect().top + 1).length,
    // Names of the footer's links whose title is cut.
    cut: () => [...document.querySelectorAll(".md-footer__link")].filter((link) => {
        const title = link.querySelector(".md-footer__title .md-ellipsis");
        return !title.checkVisibility() || title.scrollWidth > title.clientWidth || link.scrollWidth > link.clientWidth;
    }).map((link) => link.ariaLabel),
    // Whether the sidebar shows the line of this page, as far as it has one.
    current: () => {
        const link = document.querySelector(".md-sidebar--primary a.md-nav__link--active");
        const box = link?.getBoundingClientRect();
        return !link || box.top >= 48 && box.bottom <= innerHeight;
    },
    // Each block: its kind, its text, the code before it, how many columns it has room for, and whether it scrolls. Code is
    // set as a phone sets it: whatever the font, a column is 0.6 em, as in Menlo, SF Mono, Roboto Mono.
    blocks: () => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync("pre > code { font-size-adjust: ch-width 0.6 !important; }");
        document.adoptedStyleSheets.push(sheet);
        const codes = [...document.querySelectorAll("article pre > code")], column = {};  // how wide one is, by font
        const fonts = codes.map((code) => getComputedStyle(code).font);
        // All probes at once: whenever one is put in or taken out, the page is laid out anew.
        const probes = [...new Set(fonts)].map((font) => {
            const probe = document.createElement("span");
            probe.textContent = "0".repeat(100);
            probe.style.cssText = "position: absolute; white-space: pre";
            codes[fonts.indexOf(font)].append(probe);
            return [font, probe];
        });
        for (const [font, probe] of probes) column[font] = probe.getBoundingClientRect().width / 100;
        for (const [, probe] of probes) probe.remove();
        let before = "";
        return codes.map((code, number) => {
            const style = getComputedStyle(code), text = code.textContent, wide = column[fonts[number]];
            const kind = (code.closest(".highlight")?.className.match(/language-(text|pytb)/) || [0, "code"])[1];
            if (kind === "code") before = text;
            return {
                kind, text, before, em: wide / parseFloat(style.fontSize), scrolls: code.scrollWidth > code.clientWidth,
                room: (code.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)) / wide,
            };
        });
    },
    // Hangul at a line's start that belongs to what ends the line before: [what stands there, from where the line begins].
    // Hangul after Hangul is let be: a column narrower than a word has to break it.
    stranded: () => {
        const found = [], range = new Range();
        const box = ({ node, at }) => {
            range.setStart(node, at);
            range.setEnd(node, at + 1);
            return range.getClientRects()[0];
        };
        const places = "p, li, td, th, dd, dt, h1, h2, h3, h4, summary, caption, button, label, .md-ellipsis";
        let place, before;
        for (const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); walk.nextNode();) {
            const node = walk.currentNode, parent = node.parentElement;
            if (parent.closest("pre, svg, script") || !parent.checkVisibility()) continue;
            if (parent.closest(places) !== place) before = null;
            place = parent.closest(places);
            for (let at = 0; at < node.data.length; at++) {
                const here = { node, at, hangul: /[가-힣]/.test(node.data[at]) };
                if (/\s/.test(node.data[at])) before = null;
                else if (/[\u00ad\u200b-\u200d\u2060\ufeff]/.test(node.data[at])) continue;  // has no width
                else {
                    // Only these are measured: that takes long.
                    const [end, begin] = before && here.hangul && !before.hangul ? [box(before), box(here)] : [];
                    if (begin && begin.left < end.left && begin.top > end.bottom - 4) {
                        const ends = before.node === node ? node.data.slice(0, at) : before.node.data;
                        found.push([ends.slice(-20), node.data.slice(at, at + 12)]);
                    }
                    before = here;
                }
            }
        }
        return found;
    },
})
