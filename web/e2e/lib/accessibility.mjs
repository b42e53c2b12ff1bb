// What Chromium tells a screen reader.

const controlElements = 'button, input, select, textarea, summary, a[href]';

const value = (property) => property?.value ?? '';

function read(node) {
  const property = (name) => value(node.properties?.find((p) => p.name === name)?.value);
  return {
    role: value(node.role),
    name: value(node.name),
    value: value(node.value),
    checked: property('checked'),
    expanded: property('expanded'),
    live: property('live'),
  };
}

async function withSession(page, work) {
  const session = await page.createCDPSession();
  try {
    return await work(session);
  } finally {
    await session.detach();
  }
}

/** Everything a screen reader comes across, in the order of the page. */
export function spoken(page) {
  return withSession(page, async (session) => {
    const { nodes } = await session.send('Accessibility.getFullAXTree');
    return nodes.filter((node) => !node.ignored).map(read);
  });
}

/** Every control that can be seen within the element; `role` is '' where a screen reader isn't told of it. */
export function controls(page, within = 'body') {
  return withSession(page, async (session) => {
    const { root } = await session.send('DOM.getDocument');
    const selector = controlElements.split(', ').map((element) => `${within} ${element}`).join(', ');
    const { nodeIds } = await session.send('DOM.querySelectorAll', { nodeId: root.nodeId, selector });
    const found = [];
    for (const nodeId of nodeIds) {
      const { object } = await session.send('DOM.resolveNode', { nodeId });
      const { result } = await session.send('Runtime.callFunctionOn', {
        objectId: object.objectId,
        functionDeclaration: 'function () { return this.checkVisibility() && this.cloneNode().outerHTML; }',
        returnByValue: true,
      });
      if (!result.value) continue;
      const { nodes } = await session.send('Accessibility.getPartialAXTree', { nodeId, fetchRelatives: false });
      const [node] = nodes;
      found.push({ html: result.value, ...read(node), ...(node.ignored ? { role: '', name: '' } : {}) });
    }
    return found;
  });
}
