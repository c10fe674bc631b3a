/** The gateways a connection may use, in the order it tries them: first the one that was named first, then chance. */
export class Endpoints {
  readonly #urls: string[];
  #at = 0;

  /** Throws when there is none, or one is no address. */
  constructor(given: string | readonly string[], random: () => number) {
    const urls = [...new Set(([] as string[]).concat(given).map(socketUrl))];
    if (urls.length === 0) throw new TypeError('connect: expected at least one endpoint');
    // Clients share one list. When its first entry dies, they must not all meet at the second.
    for (let last = urls.length - 1; last > 1; last--) {
      const pick = 1 + Math.floor(random() * last);
      [urls[last], urls[pick]] = [urls[pick]!, urls[last]!];
    }
    this.#urls = urls;
  }

  get current(): string {
    return this.#urls[this.#at]!;
  }

  next(): void {
    this.#at = (this.#at + 1) % this.#urls.length;
  }
}

/** `https://gateway`, `wss://gateway` and `wss://gateway/ws` name the same door; a path alone means the page's own host. */
export function socketUrl(endpoint: string): string {
  const url = new URL(endpoint, globalThis.location?.href);
  url.protocol = url.protocol.replace(/^http/, 'ws');
  if (!/^wss?:$/.test(url.protocol)) throw new TypeError(`connect: expected ws, wss, http or https, got ${endpoint}`);
  if (url.pathname === '/') url.pathname = '/ws';
  url.hash = '';
  return url.href;
}
