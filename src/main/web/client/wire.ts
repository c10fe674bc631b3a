/** What carries frames to a gateway and back. A WebSocket is one; what stands in for it looks the same. */

/** As much of a WebSocket as is used here, so that a test or another runtime can bring its own. */
export type Socket = Pick<WebSocket, 'send' | 'close' | 'onmessage' | 'onclose' | 'onerror'>;

/** `token` is what the gateway is shown. */
export type Opener = (url: string, token: string | undefined) => Socket;

/** What browsers report for a socket that went away without a close frame. */
export const LOST = 1006;

/** The token goes beside the address, not in it: addresses end up in logs. */
export const openWebSocket: Opener = (url, token) =>
  token === undefined ? new WebSocket(url) : new WebSocket(url, ['fanfara.v1', `bearer.${token}`]);
