// What lines look like, and what they mean: of what is drawn, and of nothing else.
import assert from "node:assert/strict";
import test from "node:test";

import { callRows, factText, largestTitle, legendOf, statusIn } from "../../graphdiff/page/static/picture.js";

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

test("a status is one of a comparison, or a fact like others", () => {
  const compared = { part: { isCompared: true } };
  assert.deepEqual([statusIn(compared, { status: "added" }), statusIn(compared, { status: "constructor" }), statusIn(compared, {}), statusIn(compared, undefined)], ["added", "", "", ""]);
  assert.equal(statusIn({ part: {} }, { status: "added" }), "");
});

test("what comes first is said by what it is", () => {
  assert.equal(largestTitle({ isSummed: true, part: {} }), "What most of the answer passes");
  assert.equal(largestTitle({ isSummed: false, part: { measure: "cost", isCompared: true } }), "What changed most by itself");
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
  assert.equal(largestTitle({ isSummed: false, part: { nodes: [{ adjoint: 2 }] } }), "Largest by adjoint");
  assert.equal(largestTitle({ isSummed: false, part: { measure: "cost", nodes: [{ spent: 2 }] } }), "What most is spent in");
});
