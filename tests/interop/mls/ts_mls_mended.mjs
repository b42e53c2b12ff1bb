// A module loader's hook (node:module's register) that mends one check of ts-mls 1.6.4 while it is loaded: of a tree it is
// told, it wants equal unmerged leaves in all nodes above an unmerged leaf, up to the root. RFC 9420 section 12.4.3.1 asks
// that those between the leaf and the node that lists it list it too; ts-mls refuses many trees of five and more.
const wrong = '!arraysEqual(dpNode.parent.unmergedLeaves, n.parent.unmergedLeaves)';
const right =
  'dp.indexOf(parentIdx) < dp.indexOf(toNodeIndex(i)) && !dpNode.parent.unmergedLeaves.includes(unmergedLeaf)';

export async function load(url, context, next) {
  const loaded = await next(url, context);
  if (!url.endsWith('/ts-mls/dist/src/clientState.js')) return loaded;
  const source = loaded.source.toString();
  if (source.split(wrong).length !== 2) throw new Error('ts-mls has changed: look whether its check still has to be mended');
  return { ...loaded, source: source.replace(wrong, right) };
}
