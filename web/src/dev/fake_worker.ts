// Stands in for the core worker while looking at the interface: no keys, frames pass unchanged.

addEventListener('rtctransform', (event) => {
  const { transformer } = event as RTCTransformEvent;
  void transformer.readable.pipeTo(transformer.writable).catch(() => undefined);
});
