/** Whether a person can see the page. Without a document somebody always looks. */

/** `changed` is told that nobody has looked for so long, and at once that somebody does. Returns what ends the watching. */
export function watchVisibility(hiddenMs: number, changed: (isHidden: boolean) => void): () => void {
  const page = globalThis.document;
  if (!page || hiddenMs === Infinity) return () => {};
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isHidden = false;
  const tell = (hidden: boolean) => {
    if (isHidden !== hidden) changed((isHidden = hidden));
  };
  const look = () => {
    clearTimeout(timer);
    if (page.hidden) timer = setTimeout(() => tell(true), hiddenMs);
    else tell(false);
  };
  page.addEventListener('visibilitychange', look);
  look();
  return () => {
    clearTimeout(timer);
    page.removeEventListener('visibilitychange', look);
  };
}
