/** Calls back when the device has gone over to another network, where the browser says so. Gives what ends that. */
export function onNetworkChange(changed: () => void): () => void {
  const { connection } = navigator as { readonly connection?: EventTarget & { readonly type?: string } };
  // Without a type the event tells of mere changes of speed.
  let type = connection?.type;
  if (!connection || type === undefined) return () => undefined;
  const look = () => {
    if (connection.type === type) return;
    type = connection.type;
    if (type !== 'none') changed();
  };
  connection.addEventListener('change', look);
  return () => connection.removeEventListener('change', look);
}
