/** Which gateways the page talks to: those named in `?endpoints=ws://a,ws://b`, or the one it came from. */
export function endpoints(page: Pick<Location, 'search' | 'origin'>): string[] {
  const named = new URLSearchParams(page.search).get('endpoints') ?? '';
  const usable = named.split(',').filter((endpoint) => /^(ws|http)s?:$/.test(protocolOf(endpoint.trim())));
  return usable.length ? usable.map((endpoint) => endpoint.trim()) : [page.origin];
}

function protocolOf(address: string): string {
  try {
    return new URL(address).protocol;
  } catch {
    return '';
  }
}
