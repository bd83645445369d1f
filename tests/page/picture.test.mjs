// What lines look like, and what they mean: of what is drawn, and of nothing else.
import assert from "node:assert/strict";
import test from "node:test";

import { accountTable, apartText, callRows, didText, factText, largestTitle, legendOf, linkTable, nodeNote, statusIn } from "../../graphdiff/page/static/picture.js";

const kinds = (links, total) => legendOf({ links, total }).map(([kind]) => kind);

test("the legend has what is drawn only", () => {
  assert.deepEqual(kinds([{ direct: true, share: 1, contribution: 2 }], 2), [""]);
  assert.deepEqual(kinds([{ direct: false, share: -1, contribution: -2 }, { direct: true, share: 0, contribution: 0 }], 2), ["", "dashed", "minus", "nothing"]);
  assert.deepEqual(kinds([{ direct: true, status: "added" }, { direct: true, status: "kept" }], null), ["kept", "added"]);
});

test("of a negative answer what is against it takes away, not what is negative", () => {
  assert.deepEqual(kinds([{ direct: true, share: 0.5, contribution: -1 }], -2), [""]);
  assert.deepEqual(kinds([{ direct: true, share: -0.5, contribution: 1 }], -2), ["", "minus"]);
  assert.deepEqual(kinds([{ direct: true, share: null, contribution: -1 }], 0), ["", "minus"]);
});

test("paths by the same nodes are told apart by their edges", () => {
  const [one, other, last, plain] = [{ number: 0, clause: "libc6 (>= 2.3)" }, { number: 1, clause: "libgcc-s1" }, { number: 2 }, { number: 3 }];
  const paths = [one, other, plain].map((link) => ({ nodes: [0, 1, 2], links: [link, last] }));
  const scene = { paths: [...paths, { nodes: [0, 2], links: [plain] }], linkWeight: () => "" };
  assert.deepEqual(scene.paths.map((path) => apartText(scene, path)), [" (by libc6 (>= 2.3))", " (by libgcc-s1)", " (by edge 4)", ""]);
});

test("a status is one of a comparison, or a fact like others", () => {
  const compared = { part: { isCompared: true } };
  assert.deepEqual([statusIn(compared, { status: "added" }), statusIn(compared, { status: "constructor" }), statusIn(compared, {}), statusIn(compared, undefined)], ["added", "", "", ""]);
  assert.equal(statusIn({ part: {} }, { status: "added" }), "");
});

test("what comes first is said by what it is", () => {
  assert.equal(largestTitle({ isSummed: true, part: {} }), "What most of the answer passes");
  assert.equal(largestTitle({ isSummed: false, part: { measure: "cost", isCompared: true } }), "What changed most by itself");
});

test("a node of another version is one that changed, and says both", () => {
  const scene = { part: { isCompared: true }, isSummed: false, state: { mode: "both" }, model: { nodes: [{ status: "kept", version_before: "2.1.0", version_after: "3.0.0" }, { status: "added", version_after: "1" }, { status: "kept", version_before: "1", version_after: "1" }] } };
  assert.deepEqual(scene.model.nodes.map((node) => statusIn(scene, node)), ["changed", "added", "kept"]);
  assert.deepEqual([0, 1, 2].map((place) => nodeNote(scene, place)), ["2.1.0 → 3.0.0", "", ""]);
});

test("an account lists what moved it, row by row, and chooses the edge or node that did; columns without a value are left out", () => {
  const rows = [{ name: "a -> b", what: "added 2", change: "1/2", approximately: { change: 0.5 }, ends: ["a", "b"] }, { name: "the longer list of a", change: -2, ends: ["a"] }, { name: "3 others together", change: 0.25, ends: [] }, { name: "gone", ends: ["elsewhere"] }, { name: "d's own", change: 1, ends: ["d"] }];
  const scene = { part: { account: { rows } }, model: { nodes: [{ id: "a" }, { id: "b" }, { id: "c + d", members: ["c", "d"] }], memory: new Map(), place: new Map([["a", 0], ["b", 1], ["c + d", 2]]) }, drawn: { links: [{ source: 1, target: 0 }, { source: 0, target: 1 }] }, state: { why: [] } };
  const table = accountTable(scene);
  assert.deepEqual(table.rows.map(({ target }) => target), [{ link: 1 }, { node: 0 }, null, null, { node: 2 }]);
  assert.deepEqual(table.columns.map(({ title }) => title), ["name", "what happened", "change"]);
  assert.deepEqual(table.rows.slice(0, 3).map(table.columns.at(-1).value), [0.5, -2, 0.25]);
  assert.deepEqual(accountTable({ ...scene, state: { why: [["a", "b"]] } }).rows, [], "it is of the page's own question");
  assert.deepEqual(accountTable({ ...scene, part: {} }).rows, []);
});

test("a table of links has no column that says nothing, and calls costs what they are", () => {
  const link = { source: 0, target: 1, status: "added", weight_before: null, weight_after: 3, change: null, weight: 3, contribution: null, direct: true, links: [{ unweighed: false }] };
  const titles = (links, part) => linkTable({ part: { links: [], ...part }, drawn: { links, before: {}, starts: new Set(), total: null }, nameOf: String, idOf: String }).columns.map(({ title }) => title);
  assert.deepEqual(titles([link], {}), ["edge", "since before", "weight after"]);
  assert.deepEqual(titles([link], { links: [{ unweighed: true }] }), ["edge", "since before"], "a weight that is in no file");
  const costs = { ...link, weight_before: 1, change: 2, links: [{ unweighed: true, cost_before: 1, cost_after: 3 }] };
  assert.deepEqual(titles([costs], { measure: "cost" }), ["edge", "since before", "cost before", "cost after", "change"], "once");
  assert.deepEqual(titles([{ ...link, weight_before: 1, change: 2 }], {}), ["edge", "since before", "weight before", "weight after", "did to the total"]);
  assert.deepEqual(titles([{ ...link, weight_before: 1, change: 2 }], { measure: "cost" }).at(-1), "change");
  assert.deepEqual([didText({ part: {} }, { change: 2 }), didText({ part: { measure: "cost" } }, { change: 2 }), didText({ part: {} }, { change: null })], ["did +2 to the total", "+2", ""]);
});

test("costs have their unit, parts of what per cents are of, and marks of estimates", () => {
  const scene = { part: { measure: "cost", unit: "s", ranked: ["place", "part"] }, whole: 4 };
  assert.equal(factText(scene, { self: 1 }, "self"), "1 s (25.0 %)");
  assert.equal(factText(scene, { self: 1, estimated: true }, "self"), "≈ 1 s (25.0 %)");
  assert.equal(factText(scene, { self: 1, spent: 2, estimated: true }, "self"), "1 s"); // of all, not of what was asked
  assert.equal(factText(scene, { self: 1, spent: 2, estimated: true }, "spent"), "≈ 2 s (50.0 %)");
  assert.equal(factText(scene, { cost: 9, again: true }, "cost"), "9 s"); // counted again at every level: no part
  assert.equal(factText(scene, { part: 0.5, part_estimated: true }, "part"), "≈ 50.0 %");
  assert.equal(factText(scene, { calls: 12345 }, "calls"), "12,345");
  assert.equal(factText({ part: {} }, { part: 0.5 }, "part"), "0.5");
});

test("the calls of a function: the costliest first, no share of what is counted again, what it costs by itself", () => {
  const scene = { part: { measure: "cost", unit: "Ir" }, costText: ({ weight, estimated }) => `${estimated ? "≈ " : ""}${weight}` };
  const links = [{ target: 1, weight: 10, calls: 3 }, { target: 2, weight: 70, calls: 5, primitive_calls: 1, again: true }, { target: 3, weight: 30, estimated: true }];
  const { heads, rows } = callRows(scene, { self: 20, inclusive: 100 }, links, "target");
  assert.deepEqual(heads, ["cost", "share", "calls"]);
  assert.deepEqual(rows, [{ place: 2, texts: ["70", "", "5/1"] }, { place: 3, texts: ["≈ 30", "30.0 %", ""] }, { place: null, texts: ["20", "20.0 %", ""] }, { place: 1, texts: ["10", "10.0 %", "3"] }]);
  assert.deepEqual(callRows(scene, { self: 20, spent: 50, inclusive: 100 }, [links[0]], "target").rows, [{ place: 1, texts: ["10", "20.0 %", "3"] }]);
  assert.deepEqual(callRows(scene, { self: 20 }, [{ source: 4, weight: 10 }], "source").rows, [{ place: 4, texts: ["10", "", ""] }]);
  assert.deepEqual(callRows({ part: { measure: "calls" } }, {}, links, "target"), { heads: ["calls"], rows: [{ place: 2, texts: ["5/1"] }, { place: 3, texts: [""] }, { place: 1, texts: ["3"] }] });
});

test("of a ranking, and of sums without a second end, that is what comes first", () => {
  assert.equal(largestTitle({ isSummed: true, part: { ranked: ["place"] } }), "What comes first");
  assert.equal(largestTitle({ isSummed: false, part: { annotation: "adjoint", edge_meaning: "feeds" } }), "Largest adjoints");
  assert.equal(largestTitle({ isSummed: false, part: { measure: "cost", nodes: [{ spent: 2 }] } }), "What most is spent in");
});

test("of one end nodes say what the library has swept", () => {
  const scene = (annotation, meaning) => ({ isSummed: false, part: { annotation, edge_meaning: meaning }, model: { nodes: [{ id: "a", value: 2, adjoint: -0.5, tangent: 3 }] } });
  assert.equal(nodeNote(scene("adjoint", "feeds"), 0), "= 2 · adjoint −0.5");
  assert.equal(nodeNote(scene("tangent", "depends on"), 0), "= 2 · from start 3");
});
