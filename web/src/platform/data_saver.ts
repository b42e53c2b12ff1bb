/** Whether the person told the system or the browser to save data; browsers that don't say count as no. */
export function savesData(): boolean {
  const { connection } = navigator as { readonly connection?: { readonly saveData?: boolean } };
  return connection?.saveData === true;
}
