// A module loader's hook (node:module's register) that mends ts-mls 1.6.4 while it is loaded, where it differs from
// RFC 9420 and nothing else can be done about it in a test.
const mends = [
  // Of a tree it is told, it wants equal unmerged leaves in all nodes above an unmerged leaf, up to the root. Section
  // 12.4.3.1 asks that those between the leaf and the node that lists it list it too.
  {
    file: 'clientState.js',
    wrong: '!arraysEqual(dpNode.parent.unmergedLeaves, n.parent.unmergedLeaves)',
    right: 'dp.indexOf(parentIdx) < dp.indexOf(toNodeIndex(i)) && !dpNode.parent.unmergedLeaves.includes(unmergedLeaf)',
  },
  // Where the root isn't in the filtered direct path (the other half of the tree is empty), it derives one secret more
  // for it. Section 12.4.2 derives the commit secret from the last path secret of the UpdatePath.
  {
    file: 'pathSecrets.js',
    wrong: 'const nextSecret = await',
    right: `if (tree[nextIndex] === undefined) {
            pathSecrets[nextIndex] = pathSecrets[currentIndex];
            break;
        }
        const nextSecret = await`,
  },
];

export async function load(url, context, next) {
  const loaded = await next(url, context);
  const mend = mends.find(({ file }) => url.endsWith(`/ts-mls/dist/src/${file}`));
  if (!mend) return loaded;
  const source = loaded.source.toString();
  if (source.split(mend.wrong).length !== 2) throw new Error(`ts-mls has changed: look whether ${mend.file} is right now`);
  return { ...loaded, source: source.replace(mend.wrong, mend.right) };
}
