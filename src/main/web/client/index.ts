/** The JavaScript client: `connect` to a gateway, `join` rooms, listen. */
export { connect, Connection } from './connection.js';
export type { Events, Options, SharedOptions, Snapshot } from './connection.js';
export type { State, TokenSource, Transport } from './link.js';
export type { Json, JsonObject } from './merge.js';
export type * from './protocol.js';
export { Refusal } from './refusal.js';
export type { MessageEvent, PatchEvent, SavedRoom } from './replica.js';
export type { JoinedEvent, PublishOptions, Room, RoomEvents, RoomStatus } from './room.js';
export type { Opener, Socket } from './wire.js';
