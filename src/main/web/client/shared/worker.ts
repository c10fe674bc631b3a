/** The script of the shared worker. */
import { Connection } from '../connection.js';
import { Hub } from './hub.js';

const hub = new Hub(({ endpoints, fallback, replyTimeoutMs }, token) => {
  return new Connection(endpoints, { fallback, replyTimeoutMs, token });
});

globalThis.addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports;
  hub.accept(port!, (lock, end) => void navigator.locks.request(lock, end));
});
