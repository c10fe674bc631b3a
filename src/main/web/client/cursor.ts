/**
 * Where a client stands in all its rooms, as the one word that `/sse` knows: the gateway's `protocol/Cursor` describes it.
 * A stream would tell its own, but not before there was one, and only four times a second.
 */
import type { Position } from './protocol.js';

const VERSION = 1;

/** A room without a position is one whose member learns on return that it may have missed something. */
export function cursor(rooms: Iterable<readonly [name: string, at: Position | undefined]>): string {
  const bytes = [VERSION];
  for (const [name, at] of rooms) {
    const key = crc32(name);
    bytes.push(key >>> 24, (key >>> 16) & 255, (key >>> 8) & 255, key & 255);
    if (!at) bytes.push(0);
    else bytes.push(...sevenBitGroups(at.offset + 1), ...eightBytes(at.epoch));
  }
  return bytes.length === 1 ? '' : base64url(bytes);
}

function crc32(name: string): number {
  let crc = -1;
  for (const character of name) {
    crc ^= character.charCodeAt(0);
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc;
}

/** The lowest first; an offset may have more bits than JavaScript shifts. */
function sevenBitGroups(number: number): number[] {
  const groups = [];
  for (; number > 127; number = Math.floor(number / 128)) groups.push((number % 128) | 128);
  return [...groups, number];
}

/** An epoch is a number of 64 bits, written with 36 digits. */
function eightBytes(epoch: string): number[] {
  let number = 0n;
  for (const digit of epoch) number = number * 36n + BigInt(parseInt(digit, 36));
  return [56n, 48n, 40n, 32n, 24n, 16n, 8n, 0n].map((shift) => Number((number >> shift) & 255n));
}

function base64url(bytes: number[]): string {
  return btoa(String.fromCharCode(...bytes)).replace(/[+/=]/g, (it) => ({ '+': '-', '/': '_' })[it] ?? '');
}
