// Finds in the index what a reader asks for; search.js loads it, as the index, when the reader turns to search.

// ---- Words. Hangul is compared key by key, as it is typed: 임벧 is how 임베딩 looks after its fifth key.
const LEAD = [..."ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"];
const VOWEL = "ㅏ ㅐ ㅑ ㅒ ㅓ ㅔ ㅕ ㅖ ㅗ ㅗㅏ ㅗㅐ ㅗㅣ ㅛ ㅜ ㅜㅓ ㅜㅔ ㅜㅣ ㅠ ㅡ ㅡㅣ ㅣ".split(" ");
const TAIL = " ㄱ ㄲ ㄱㅅ ㄴ ㄴㅈ ㄴㅎ ㄷ ㄹ ㄹㄱ ㄹㅁ ㄹㅂ ㄹㅅ ㄹㅌ ㄹㅍ ㄹㅎ ㅁ ㅂ ㅂㅅ ㅅ ㅆ ㅇ ㅈ ㅊ ㅋ ㅌ ㅍ ㅎ".split(" ");
const strokes = (syllable) => {
  const code = syllable.charCodeAt(0) - 0xac00;
  return LEAD[Math.floor(code / 588)] + VOWEL[Math.floor(code / 28) % 21] + TAIL[code % 28];
};
const keysOf = new Map();  // a word that is asked for is compared with every word of the index
const keys = (word) => {
  if (!keysOf.has(word)) keysOf.set(word, word.replace(/[가-힣]/g, strokes));
  return keysOf.get(word);
};
const words = (text) => text.normalize("NFC").toLowerCase().match(/[a-z0-9_]+|[가-힣ㄱ-ㅎㅏ-ㅣ]+/g) || [];
const PARTICLES = "이란 으로서 으로써 에서는 에게서 이라는 이라고 에서 에게 으로 까지 부터 보다 처럼 마다 이나 라는 라고 하고 들 은 는 이 가 을 를 의 에 로 와 과 도 만 나".split(" ");
const ENDINGS = "하려면 하려고 려면 해요 하기 하다 하는 하고 하면 한다 했다 하지 해서 된다 되는 되다 된 한 할 해 시키기 시키다 다 기 는 고".split(" ");
const without = (word, endings) => endings.filter((end) => word.endsWith(end) && word.length - end.length >= 2).map((end) => word.slice(0, -end.length));
// A word and what it may be a form of, the likeliest first.
const forms = (word) => {
  if (/[가-힣]/.test(word)) {
    const once = [word, ...without(word, PARTICLES)];
    const bare = [...once, ...once.flatMap((form) => without(form, PARTICLES))];
    return [...new Set([...bare, ...bare.flatMap((form) => without(form, ENDINGS))])];
  }
  const stems = [word];
  for (const end of ["s", "es", "ed", "ing", "_"]) {
    const stem = word.slice(0, -end.length);
    if (!word.endsWith(end) || stem.length < (end.length > 1 ? 3 : 4)) continue;
    // saved, saving: save; dropped, dropping: drop.
    if (end === "ed" || end === "ing") stems.push(/([^sl])\1$/.test(stem) ? stem.slice(0, -1) : `${stem}e`);
    if (stem.length > 3) stems.push(stem);
  }
  if (/[a-z]{5}e$/.test(word)) stems.push(word.slice(0, -1));  // unfreeze: unfreezing
  return stems;
};
const phrase = (text) => words(text).join("").replaceAll("_", "");
const shortest = (word) => forms(word).reduce((short, form) => (form.length < short.length ? form : short));
const bare = (text) => words(text).map(shortest).join("").replaceAll("_", "");
// Words of a question that say nothing of what is asked for, and values of arguments.
const EMPTY = new Set("nn torch self f true false a an the of to in is are be how do does i what why when which for and with it on my can 어떻게 무엇 왜 방법 법 및".split(" "));
// And of one that is a sentence, besides: what is said of any trouble.
const FILLING = new Set("i me you we this that there as at from by but or so if then though although even still just only after while all any every no not doesn don t isn won s cannot get gets got keep keeps go goes happen happens should would could need want try trying use using way get error errors issue problem fix solve fails fail wrong work works working some very more than into them they has have had was were been 안 못 때 때도 것 수 더 다시 계속 왜 다 전부 모두 그리고 그런데 에러 오류 문제 해결 이유 현상 경우 후 뒤 나서 있다 있는 있어요 없다 없는 없어요 해요 나요 돼요 된다 되나요 하나요 한다 난다 나는 않는다 않아요 않는 된 됩니다 합니다 나옵니다 인데 인데도 했는데 했는데도 하나 두 세 개 번 좀 혹시 그냥 같아요 같은데 같습니다 궁금합니다 질문 하는데 하니 하니까 했더니 되는데 되나 되는지 하는지 인가요 인가 건가요 어떤 무슨 자꾸 갑자기 나중에 지금".split(" "));

// By the first key: what doesn't begin as a word does is no form of it.
const byFirst = (all, spelling) => {
  const found = new Map();
  for (const one of all) {
    const first = spelling(one)[0];
    if (found.has(first)) found.get(first).push(one);
    else found.set(first, [one]);
  }
  return found;
};

// ---- The index: for each word, in which sections it stands and how much it says there.
const TITLE = 12, PAGE = 2, CODE = 2.5, PROSE = 1, BLOCK = 0.4, EXPLAINS = 30;
const prepare = ({ sections, terms, worth }) => {
  const index = new Map();
  const put = (text, number, worth, shape) => {
    const seen = new Map();
    for (const word of words(text)) {
      seen.set(word, (seen.get(word) || 0) + 1);
      const parts = word.split("_").filter((part) => part.length > 2);
      if (parts.length > 1) for (const part of parts) seen.set(part, (seen.get(part) || 0) + 0.4);
    }
    for (const [word, times] of seen) {
      if (!index.has(word)) index.set(word, { word, keys: keys(word), at: new Map() });
      const { at } = index.get(word);
      at.set(number, (at.get(number) || 0) + worth * shape(times, seen.size));
    }
  };
  const often = (times) => Math.min(1 + Math.log2(Math.max(times, 1)) / 2, 2.5) * Math.min(times, 1);
  sections.forEach(([address, title, page, prose, named, used], number) => {
    // A word is a larger part of a short title, and of a page's own than of one section's.
    put(title, number, address.includes("#") ? TITLE : TITLE * 1.15, (times, size) => Math.min(times, 1) * (0.5 + 0.5 / size));
    put(page, number, PAGE, (times) => Math.min(times, 1));
    put(named, number, CODE, (times) => Math.min(times, 1));
    put(prose, number, PROSE, often);
    put(used, number, BLOCK, (times) => Math.min(times, 1));
  });
  const titled = new Set(sections.flatMap(([, title]) => (words(title).length < 5 ? words(title) : [])));
  const numbers = new Map(sections.map(([address], number) => [address, number]));
  return {
    sections, index, begins: byFirst([...index.values()], (value) => value.keys),
    // How much a page is there to explain: docs/data/search.yml says so of the first pattern that fits an address.
    worth: sections.map(([address]) => (worth.find(([pattern]) => new RegExp(pattern).test(address)) || [, 1])[1]),
    joined: sections.map(([, title, , prose]) => [phrase(title), phrase(prose)]),
    plain: sections.map(([, title]) => phrase(title.replace(/^[\d. -]*((nn|F|torch)\.)?/, ""))),
    // A name in the code of a definition is explained where the term is, unless a heading bears it.
    terms: terms.map(([names, code, address]) => ({
      names: names.map((name) => ({ phrase: phrase(name), bare: bare(name), keys: keys(phrase(name)), root: keys(bare(name)) })),
      code: code.filter((name) => !words(name).some((word) => titled.has(word))).map(phrase), number: numbers.get(address),
    })),
  };
};

// ---- A message of PyTorch's, pasted with the reader's own names and numbers: what it shares with those that sections
// are about, word by word and pair by pair. The more of one's words are in few messages, the more they tell.
const pieces = (text) => new Set(text.toLowerCase().replace(/['’]/g, "").split("…").flatMap((part) => {
  const each = part.match(/\b[a-z_][a-z0-9_]*/g) || [];
  return [...each, ...each.slice(1).map((word, number) => `${each[number]} ${word}`)];
}));
const learn = ({ sections, messages, asked, synonyms }, all) => {
  const numbers = new Map(sections.map(([address], number) => [address, number]));
  const learned = Object.entries(messages).flatMap(([address, texts]) => texts.map((text) => ({ number: numbers.get(address), parts: pieces(text) })));
  const often = new Map();
  for (const { parts } of learned) for (const part of parts) often.set(part, (often.get(part) || 0) + 1);
  const tells = new Map([...often].map(([part, times]) => [part, Math.log(1 + learned.length / times) * (part.includes(" ") ? 1 : 0.5)]));
  for (const one of learned) one.whole = [...one.parts].reduce((sum, part) => sum + tells.get(part), 0);
  for (const number of new Set(learned.map((one) => one.number))) all.worth[number] *= 0.6;  // found by its message, not by a name in it
  return { ...all, learned, tells, ...understanding(asked, numbers, all.index, meaning(synonyms)) };
};
const recognize = ({ learned, tells }, query) => {
  const typed = [...pieces(query)].filter((part) => tells.has(part)), best = new Map();
  const asked = typed.reduce((sum, part) => sum + tells.get(part), 0);
  // map_location: a name alone that one message bears.
  const bear = /^\w+_\w+$/.test(query.trim()) ? new Set(learned.filter(({ parts }) => parts.has(typed[0])).map(({ number }) => number)) : [];
  if (bear.size === 1) best.set([...bear][0], 0.5);
  for (const { number, parts, whole } of learned) {
    const shared = typed.filter((part) => parts.has(part));
    if (shared.filter((part) => part.includes(" ")).length < 2) continue;
    const sum = shared.reduce((total, part) => total + tells.get(part), 0), share = Math.max(sum / whole, 0.8 * sum / asked) * (typed.includes([...parts][0]) ? 1 : 0.6);  // Unexpected key(s) is not Missing key(s)
    if (share >= 0.3) best.set(number, Math.max(best.get(number) || 0, sum * share));
  }
  return best;
};
// Words that docs/data/synonyms.yml has in one line are one word; of others, value and values: valu, slowly: slow.
const root = (word) => (/[가-힣]/.test(word) ? shortest(word) : shortest(word).replace(/(?<=[a-z]{4})ly$/, "").replace(/(?<=[a-z]{3})e$/, ""));
const meaning = (synonyms) => {
  const known = synonyms.flatMap((line, number) => line.map((word) => [/[가-힣]/.test(word) ? keys(phrase(word)) : root(word), `@${number}`]));
  const means = new Map(known), found = new Map();
  const one = (word) => {
    const whole = keys(word);
    if (means.has(root(word))) return means.get(root(word));
    for (let end = whole.length; end > 1; end -= 1) if (/[ㄱ-ㅣ]/.test(whole) && means.has(whole.slice(0, end))) return means.get(whole.slice(0, end));  // 늘어난다 is not 늘
    return keys(root(word));
  };
  return (word) => found.get(word) || found.set(word, one(word)).get(word);
};
const stems = (text, means) => {
  const all = words(text.replace(/(?<=[\w)\]])[가-힣]+/g, (after) => (PARTICLES.includes(after) || ENDINGS.includes(after) ? " " : ` ${after}`)));
  return [...new Set(all.filter((word) => !EMPTY.has(word) && !/^\d+$/.test(word) && !forms(word).some((form) => FILLING.has(form))).map(means))];
};
const alike = (a, b) => {
  if (a === b) return true;
  const hangul = /[ㄱ-ㅣ]/.test(a), begins = Math.min(a.length, b.length) > 3 && (a.startsWith(b) || b.startsWith(a));
  return (begins && Math.abs(a.length - b.length) < (hangul ? 4 : 3)) || (hangul && inflected(a, b) > 0);
};

// ---- What people ask in their own words: a section is near if one of its questions in docs/data/asked.yml is, and if
// the words stand in many of its questions, in its title, or in its text.
const understanding = (asked, numbers, index, means) => {
  const phrases = Object.entries(asked).flatMap(([address, texts]) => texts.map((text) => ({ number: numbers.get(address), words: new Set(stems(text, means)) })));
  const questions = new Map(), said = new Map(), stand = new Map();  // of a section; of a word, by section: in how many questions, how much in the text
  const into = (map, key) => map.get(key) || map.set(key, new Map()).get(key);
  for (const { number, words: each } of phrases) {
    questions.set(number, (questions.get(number) || 0) + 1);
    for (const word of each) into(said, word).set(number, (said.get(word).get(number) || 0) + 1);
  }
  for (const [word, { at }] of index) {
    const here = into(stand, means(word));
    for (const [number, worth] of at) here.set(number, (here.get(number) || 0) + worth);
  }
  return { means, phrases, questions, said, stand, spelled: byFirst([...new Set([...said.keys(), ...stand.keys()])], (word) => word) };
};
// How much says the nearest question, and the next two; that the words are covered at all, and by questions rather than
// by the text; and what the words of the query say each for itself. By what people asked, tests/queries.yml has some of it.
const NEAR = 1.1, EXTRA = 1.5, NEXT = 0.4, SHARP = 1.5, COVER = 1.5, ASKED = 1.8, STANDS = 0.1, HALF = 0.28, LONG = 0.14, UNASKED = 0.35, RARE = 0.72;
const TOLD = 0.3, TYPED = 0.02, NAMED = 0.3, CLOSE = 1;
const TROUBLE = 1.05, TROUBLE_OR_TASK = /pitfalls\/|errors\/|recipes\//;  // whoever asks in a sentence has one or the other
const understand = ({ sections, means, phrases, questions, said, stand, spelled }, query) => {
  const typed = stems(query, means), near = new Float64Array(sections.length);
  if (typed.length < 2 || words(query).length < 3) return null;
  const same = typed.map((word) => (spelled.get(word[0]) || []).filter((other) => alike(word, other)));
  // A word that is in the questions about few sections says more; one that is in none, as its place in the text says.
  const weights = same.map((others) => {
    const asked = new Set(others.flatMap((other) => [...(said.get(other)?.keys() || [])])).size;
    const stands = new Set(others.flatMap((other) => [...(stand.get(other)?.keys() || [])])).size;
    return (asked ? Math.log(1 + questions.size / asked) : UNASKED * Math.log(1 + sections.length / Math.max(stands, 1))) ** RARE;
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0), best = new Map();
  for (const { number, words: each } of phrases) {
    const shared = same.map((others) => others.some((other) => each.has(other)));
    const count = shared.filter(Boolean).length, sum = weights.reduce((whole, weight, place) => whole + shared[place] * weight, 0);
    if (!count) continue;
    const share = (2 * sum) / (sum + total + EXTRA * (total / typed.length) * Math.max(each.size - count, 0));
    best.set(number, [...(best.get(number) || []), share ** SHARP]);
  }
  for (const [number, shares] of best) {
    const [first, second = 0, third = 0] = shares.sort((a, b) => b - a);
    near[number] = NEAR * (first + NEXT * (second + third));
  }
  same.forEach((others, place) => {
    const asked = new Map(), text = new Map();
    for (const other of others) {
      for (const [number, times] of said.get(other) || []) asked.set(number, (asked.get(number) || 0) + times);
      for (const [number, worth] of stand.get(other) || []) text.set(number, Math.max(text.get(number) || 0, worth));
    }
    for (const number of new Set([...asked.keys(), ...text.keys()])) {
      const times = asked.get(number) || 0;
      const much = (times && (ASKED * (1 + 0.5 * Math.log2(times))) / (1 - LONG + (LONG * (questions.get(number) || 0)) / 7)) + STANDS * Math.min(text.get(number) || 0, 12);
      near[number] += (COVER * weights[place] * (much / (much + HALF))) / total;
    }
  });
  return near;
};

// ---- A word typed with the keyboard in the other language: vkfkalxj is 파라미터, ㅔㅁㄱ므ㄷㅅㄷㄱ is parameter.
const JAMO = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎㅏㅐㅑㅒㅓㅔㅕㅖㅗㅛㅜㅠㅡㅣ", LATIN = "rRseEfaqQtTdwWczxvgkoiOjpuPhynbml";
const PAIRS = new Map([...VOWEL, ...TAIL].filter((pair) => pair.length > 1).map((pair, number) => ["ㅘㅙㅚㅝㅞㅟㅢㄳㄵㄶㄺㄻㄼㄽㄾㄿㅀㅄ"[number], pair]));
const longest = (all) => [...all].filter(Boolean).sort((a, b) => b.length - a.length).join("|");
const SYLLABLE = new RegExp(`([ㄱ-ㅎ])(${longest(VOWEL)})((?:${longest(TAIL)})(?![ㅏ-ㅣ]))?`, "g");
const compose = (jamo) => jamo.replace(SYLLABLE, (_, lead, vowel, tail = "") => String.fromCharCode(0xac00 + (LEAD.indexOf(lead) * 21 + VOWEL.indexOf(vowel)) * 28 + TAIL.indexOf(tail)));
const retyped = (word) => {
  if (/[a-z]/i.test(word)) return compose([...word].map((key) => JAMO[LATIN.indexOf(LATIN.includes(key) ? key : key.toLowerCase())] || key).join(""));
  return [...keys(word).replace(/[ㄱ-ㅣ]/g, (key) => PAIRS.get(key) || key)].map((key) => LATIN[JAMO.indexOf(key)] || key).join("").toLowerCase();
};
const meant = ({ index, terms }, query) => {
  const spelled = () => [...[...index.values()].map((value) => value.keys), ...terms.flatMap(({ names }) => names.map((name) => name.keys))];
  let all;
  const familiar = (word) => forms(word).some((form) => index.has(form)) || (all ||= spelled()).some((entry) => entry.startsWith(keys(word)));
  const parts = query.normalize("NFC").split(/([a-z]+|[가-힣ㄱ-ㅣ_]+)/i), other = parts.map((part, number) => (number % 2 && part.replaceAll("_", "") && !familiar(part.toLowerCase()) ? retyped(part) : ""));
  const sense = (word) => (/^[가-힣]+[ㄱ-ㅎ]?$/.test(word) ? word.length > 1 : /^[a-z_]{3,}$/.test(word)) && familiar(word);
  return other.some(sense) ? parts.map((part, number) => other[number] || part).join("") : query;
};

// ---- A query: each of its words has to be found, as it is, as the start of a longer one, or by another name.
// 움직여요 and 움직인다, 줄어드나요 and 줄어든다: most of their keys from the start.
const inflected = (typed, other) => {
  if (typed[0] !== other[0] || typed[3] !== other[3] || typed.length < 6 || !/[ㄱ-ㅣ]/.test(typed)) return 0;
  let start = 0;
  while (start < typed.length && typed[start] === other[start]) start += 1;
  const rest = Math.max(typed.length, other.length) - start;
  return start >= 5 && rest <= 5 && start > rest ? 0.6 * (start / (start + rest)) : 0;
};
const similar = (form, entry) => {
  const typed = keys(form);
  if (entry.keys === typed) return 1;
  if (!entry.keys.startsWith(typed)) return inflected(typed, entry.keys);
  if (PARTICLES.includes(entry.word.slice(form.length)) && entry.word.startsWith(form)) return 0.95;
  return 0.35 + 0.45 * (typed.length / entry.keys.length);
};
// One key too many, too few, another, or two in the wrong order.
const slip = (a, b) => {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0, end = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const [x, y] = [a, b].map((word) => word.slice(start, word.length - end));
  return (x.length < 2 && y.length < 2) || (x.length === 2 && x === [...y].reverse().join(""));
};
// A word that is found nowhere is two without their space, or a slip of the finger.
const mend = ({ index, joined, terms }, word) => {
  const names = terms.flatMap((term) => term.names), typed = keys(word);
  const begins = (entry) => entry.startsWith(typed);
  const known = (part) => forms(part).some((form) => index.has(form) || names.some((name) => name.phrase === form || name.bare === form));
  const hangul = /[가-힣]/.test(word);
  if (word.length < (hangul ? 3 : 4) || known(word) || names.some((name) => begins(name.keys)) || [...index.values()].some((entry) => begins(entry.keys))) return [word];
  if (hangul && joined.some((texts) => texts.some((text) => text.includes(word)))) return [word];
  const least = hangul ? 2 : 4;
  for (let at = word.length - least; at >= least; at -= 1) {
    if (known(word.slice(0, at)) && known(word.slice(at))) return [word.slice(0, at), word.slice(at)];
  }
  if (hangul && word.length < 4) return [word];  // 끄려면 is not 쓰려면
  const often = (entry) => index.get(entry)?.at.size || 0;
  const spelled = [...[...index].map(([entry, value]) => [entry, value.keys]), ...names.map((name) => [name.phrase, name.keys])];
  for (const form of forms(word).map(keys).filter((form) => form.length > 4)) {
    const near = spelled.filter(([, entry]) => slip(form, entry)).map(([entry]) => entry);
    if (near.length) return [near.reduce((best, entry) => (often(entry) > often(best) ? entry : best))];
  }
  return [word];
};
export const score = (all, query) => {
  const otherwise = meant(all, query);
  if (otherwise !== query) return { ...score(all, otherwise), respelled: true };
  const { sections, index, begins, joined, plain, worth, terms } = all;
  // eval()에서: what hangs on a name in Latin letters is no word of its own.
  const parted = query.replace(/(?<=[\w)\]])[가-힣]+/g, (after) => (PARTICLES.includes(after) || ENDINGS.includes(after) ? " " : after));
  let asked = words(parted);
  let telling = asked.filter((word) => !EMPTY.has(word));
  if (telling.length > 3) telling = telling.filter((word) => !FILLING.has(word));
  if (telling.length) asked = telling;
  if (!asked.length) return { hits: [], asked };
  const mended = asked.map((word) => mend(all, word));
  const respelled = mended.some((parts, number) => parts.join("") !== asked[number]);  // two words without their space are what was typed
  asked = mended.flat();
  const total = new Float64Array(sections.length), found = new Float64Array(sections.length);
  const sure = new Uint8Array(sections.length);  // how many of the words stand in a section, and not only a part of one
  // A word that stands in few sections says more of what is asked for than one that stands in many; from 0 to 1.
  const rarity = (count) => Math.log(1 + sections.length / (count || 1)) / Math.log(1 + sections.length);
  const tells = (word) => rarity(new Set(forms(word).flatMap((form) => [...(index.get(form)?.at.keys() || [])])).size);

  // What the glossary calls by this name, whole or half typed. F.dropout is not nn.Dropout.
  const whole = phrase(asked.join(" ")), stem = bare(asked.join(" ")), typed = keys(whole), functional = /\bF\.\w/.test(query);
  const begun = new Map(whole.length < 2 ? [] : terms.flatMap(({ names }) => names.map((name) => name.keys)).filter((name) => name.startsWith(typed)).map((name) => [name, true]));
  for (const name of begun.keys()) for (const longer of begun.keys()) if (longer !== name && longer.startsWith(name)) begun.set(longer, false);
  const formsOf = new Map(asked.map((word) => [word, forms(word)])), wholes = forms(whole);
  const explains = new Map(), others = new Map();
  const explain = (number, how) => { if (how) explains.set(number, Math.max(explains.get(number) || 0, how)); };
  for (const { names, code, number } of terms) {
    const called = (word) => names.some((name) => formsOf.get(word).some((form) => form === name.phrase || (form.length > 1 && form === name.bare)));
    let best = wholes.some((form) => code.includes(form)) ? 0.5 : 0;
    for (const name of names) {
      const exact = name.phrase === phrase(query) || (!functional && (wholes.includes(name.phrase) || name.bare === stem || wholes.includes(name.bare)));
      // 얼린, 얼려서: a form of 얼리다 that no list of endings has.
      const changed = name.root.replace(/ㅣ$/, "ㅕ");
      const inflected = /[가-힣]{2}/.test(name.bare) && [name.root, changed].some((start) => typed.startsWith(start) && typed.length - start.length < 5);
      const half = !functional && begun.get(name.keys) && !/^glossary/.test(sections[number][0]);
      best = Math.max(best, exact ? 1 : inflected ? 0.8 : half ? 0.3 + 0.5 * (typed.length / name.keys.length) : 0);
    }
    // A term that is a part of the question counts for less, and for little if it is in every other section.
    if (asked.length > 1) best = Math.max(best, ...asked.map((word) => (called(word) ? (asked.length > 3 ? 0 : 0.25) * tells(word) ** 2 : 0)));
    explain(number, best);
    // In a longer query too, a word that the notes do not use stands for the one they do.
    for (const word of asked) if (called(word)) others.set(word, [...(others.get(word) || []), ...names.map((name) => name.bare)]);
    if (best === 1 && asked.length > 1) others.set(asked[0], [...(others.get(asked[0]) || []), ...names.map((name) => name.bare)]);
  }
  const entitled = (title) => title === whole || title === phrase(query), named = plain.some(entitled) || Math.max(...explains.values()) === 1;
  plain.forEach((title, number) => { if (entitled(title)) explain(number, 0.5 * worth[number]); });

  let sum = 0;
  for (const word of asked) {
    const alternatives = [
      ...formsOf.get(word).map((form, number) => [form, number ? 0.9 : 1]), ...(others.get(word) || []).map((form) => [form, 0.6]),
      ...(index.has(word) ? [] : word.split("_").filter((part) => part !== word && part.length > 3).map((part) => [part, 0.25, true]))];
    const here = new Float64Array(sections.length), certain = new Uint8Array(sections.length);
    for (const [form, weight, part] of alternatives) {
      if (form.length < 2 && alternatives.length > 1 && form !== word) continue;
      for (const value of begins.get(keys(form)[0]) || []) {
        const likeness = similar(form, value) * weight;
        if (likeness) for (const [number, said] of value.at) {
          here[number] = Math.max(here[number], likeness * said);
          if (!part) certain[number] = 1;
        }
      }
      // A compound without its space.
      if (/[가-힣]{3}/.test(form)) joined.forEach(([title, prose], number) => {
        const said = title.includes(form) ? TITLE * 0.8 : prose.includes(form) ? PROSE : 0;
        here[number] = Math.max(here[number], said * weight);
        if (said) certain[number] = 1;
      });
    }
    certain.forEach((yes, number) => { sure[number] += yes; });
    const rare = rarity(here.reduce((count, said) => count + (said > 0), 0));
    sum += rare;
    here.forEach((said, number) => { total[number] += said * rare; found[number] += (said > 0) * rare; });
  }
  const recognized = recognize(all, query), understood = recognized.size || named ? null : understand(all, respelled ? asked.join(" ") : query);
  // A dotted name, torch.load, where it stands as it was typed.
  const dotted = (query.match(/[a-z_]\w*(\.\w+)+/gi) || []).map((name) => new RegExp(`(^|[^\\w.])${name.replaceAll(".", "\\.")}(?!\\w)`, "i"));
  const verbatim = ([, title, , prose, named]) => dotted.reduce((most, name) => most + (name.test(title) ? 14 : name.test(named) ? (functional ? 20 : 8) : name.test(prose) ? 4 : 0), 0);
  const told = total.map((said, number) => (said * asked.length) / sum * (found[number] / sum) ** (asked.length > 3 ? 2 : 3) * worth[number]), most = Math.max(...told) || 1;
  const hits = sections.map((section, number) => {
    const typed = verbatim(section) * worth[number], how = explains.get(number) || 0, message = recognized.get(number) || 0;
    if (understood) return { section, score: EXPLAINS * (understood[number] * (TROUBLE_OR_TASK.test(section[0]) ? TROUBLE : 1) + (TOLD * told[number]) / most + TYPED * typed + NAMED * how), exact: understood[number] >= CLOSE || sure[number] === asked.length };
    return { section, score: told[number] + typed + EXPLAINS * (how + message), exact: message > 0 || (!recognized.size && (sure[number] === asked.length || typed > 0 || how >= 0.5)) };
  }).filter((hit) => hit.score > 0).sort((a, b) => b.score - a.score);
  // What has all that was asked for comes before what has a part of it, unless the best has not.
  if (hits[0]?.exact && !understood) hits.sort((a, b) => b.exact - a.exact);
  return { hits, asked, respelled };
};

// The words around the first one that was asked for; whole words. In pieces: [text, whether it was asked for].
export const excerpt = (prose, asked) => {
  const sought = new Set(asked.flatMap(forms).filter((form) => form.length > 1));
  const begun = asked.filter((word) => word.length > (/[가-힣]/.test(word) ? 1 : 2)).map(keys);  // half typed: emb is embedding, be is not become
  const marked = (word) => forms(word).some((form) => sought.has(form)) || begun.some((start) => keys(word).startsWith(start));
  const spans = [...prose.matchAll(/[a-z0-9_]+|[가-힣ㄱ-ㅎㅏ-ㅣ]+/gi)].filter(([word]) => marked(word.toLowerCase()))
    .map((found) => [found.index, found.index + found[0].length]);
  const at = spans.length ? spans[0][0] : 0;
  const from = at < 60 ? 0 : prose.indexOf(" ", at - 40) + 1 || at;
  const space = prose.lastIndexOf(" ", from + 140);
  const to = prose.length <= from + 140 ? prose.length : space > from + 60 ? space : from + 140;
  const parts = [[from ? "… " : ""]];
  let last = from;
  for (const [start, end] of spans) {
    if (start < from || end > to) continue;
    parts.push([prose.slice(last, start)], [prose.slice(start, end), true]);
    last = end;
  }
  return [...parts, [prose.slice(last, to)], [to < prose.length ? " …" : ""]];
};

// What is to be searched, from the index as it comes.
export const read = (data) => learn(data, prepare(data));
