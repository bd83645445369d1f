// Names near to a word, and searches that have no end.
import assert from "node:assert/strict";
import test from "node:test";

import { makeModel } from "../../graphdiff/page/static/model.js";
import { strongest, suggestions } from "../../graphdiff/page/static/paths.js";

const named = (...names) => makeModel({ nodes: names.map((id) => ({ id })), links: [], starts: [], ends: [] });

test("suggested is what is a word, then what holds it, in the order that is given, then what few letters tell from it", () => {
  const model = named("libssl3", "openssl", "ssl", "ssl-cert", "sls", "zlib");
  assert.deepEqual(suggestions(model, "ssl"), ["ssl", "libssl3", "openssl", "ssl-cert", "sls"]);
  assert.deepEqual(suggestions(model, "ssl", (one, other) => other - one), ["ssl", "ssl-cert", "openssl", "libssl3", "sls"]);
  assert.deepEqual(suggestions(model, "opnessl"), ["openssl"]);
  assert.deepEqual(suggestions(model, "  ZLIB "), ["zlib"]);
  assert.deepEqual(suggestions(model, ""), []);
  assert.deepEqual(suggestions(model, "nothing like it"), []);
  assert.equal(suggestions(named(...Array.from({ length: 30 }, (_, at) => `node${at}`)), "node").length, 30);
});

test("titles are searched as names are, and the name is returned", () => {
  const model = makeModel({ nodes: [{ id: "42", title: "Résumé of all" }], links: [], starts: [], ends: [] });
  assert.deepEqual(suggestions(model, "résumé"), ["42"]);
});

test("members of what counts as one are searched, and it is returned", () => {
  const model = makeModel({ nodes: [{ id: "libc6 + 1", members: ["libc6", "libgcc-s1"] }, { id: "x", members: "none" }], links: [] });
  assert.deepEqual(suggestions(model, "gcc"), ["libc6 + 1"]);
});

test("of equal paths the shorter comes first, and none is found twice", () => {
  const links = [[0, 1], [0, 2], [1, 2], [2, 3], [0, 3]].map(([source, target]) => ({ source, target, weight: 1 }));
  const model = makeModel({ nodes: ["a", "b", "c", "d"].map((id) => ({ id })), links, starts: [[0, 1]], ends: [[3, 1]] });
  assert.deepEqual(strongest(model, 9).map((path) => path.nodes), [[0, 3], [0, 2, 3], [0, 1, 2, 3]]);
  assert.deepEqual(strongest(model, 1, 1).map((path) => path.nodes), [[0, 1, 2, 3]]);
});

test("where a round makes a walk stronger none is the strongest", () => {
  const links = [[0, 1, 1], [1, 1, -2], [1, 2, 1]].map(([source, target, weight]) => ({ source, target, weight }));
  const model = makeModel({ nodes: ["a", "b", "c"].map((id) => ({ id })), links, starts: [[0, 1]], ends: [[2, 1]] });
  assert.equal(strongest(model, 3), null);
});

test("a million equal paths are no reason to look at them all", () => {
  const [nodes, links] = [[{ id: "0" }], []];
  for (let at = 0; at < 20; at++) {
    nodes.push({ id: `${at} up` }, { id: `${at} down` }, { id: `${at + 1}` });
    for (const [tail, head] of [[0, 1], [0, 2], [1, 3], [2, 3]]) links.push({ source: 3 * at + tail, target: 3 * at + head, weight: 1 });
  }
  const model = makeModel({ nodes, links, starts: [[0, 1]], ends: [[60, 1]] });
  const paths = strongest(model, 50);
  assert.equal(new Set(paths.map((path) => path.nodes.join())).size, 50);
  assert.equal(paths[0].share, 1 / 2 ** 20);
});
