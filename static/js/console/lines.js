// The lines in which a tree of JSON is shown, some of its branches folded.

import { isBranch, partsOf } from "./json.js";

const NEAR_THE_TOP = 20; // lines
const BRACKETS = { object: "{}", array: "[]" };

// How many lines it takes with everything unfolded, up to a limit.
const size = (node, limit) => {
  if (!isBranch(node)) return 1;
  let lines = 2;
  for (const [, part] of partsOf(node)) {
    lines += size(part, limit - lines);
    if (lines > limit) break;
  }
  return lines;
};

// Branches that are open at first: level by level, as long as there is room.
export const firstOpen = (root, room = 400) => {
  const open = new Set();
  if (!isBranch(root)) return open;
  if (size(root, room) <= room) {
    everyBranch(root, (node) => open.add(node));
    return open;
  }
  let waiting = [root];
  let lines = 2;
  while (waiting.length && lines < room) {
    const parts = waiting.flatMap(partsOf);
    // A list near the top, as that of a Bundle, is what one wants to see, however long it is.
    if (lines + parts.length > room && lines > NEAR_THE_TOP) break;
    waiting.forEach((node) => open.add(node));
    lines += parts.length;
    waiting = parts.map(([, part]) => part).filter(isBranch);
  }
  return open;
};

export const everyBranch = (node, take) => {
  if (!isBranch(node)) return;
  take(node);
  for (const [, part] of partsOf(node)) everyBranch(part, take);
};

// Line: node, key, depth, whether it closes a branch, its place among its siblings, its parent's line.
export const linesOf = (root, open) => {
  const lines = [];
  const add = (node, key, depth, place, count, parent) => {
    const isOpen = open.has(node);
    const at = lines.length;
    lines.push({ node, key, depth, place, count, parent, isOpen, isClose: false });
    if (!isOpen) return;
    const parts = partsOf(node);
    parts.forEach(([name, part], index) => add(part, name, depth + 1, index + 1, parts.length, at));
    lines.push({ node, key: null, depth, place, count, parent: at, isOpen, isClose: true });
  };
  add(root, null, 0, 1, 1, -1);
  return lines;
};

export const bracketsOf = (node) => BRACKETS[node.kind];
