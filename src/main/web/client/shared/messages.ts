/** What a tab and the worker say to each other; the frames are those of the native protocol. */
import type { SavedRoom } from '../replica.js';

/** `lock` is one the tab holds as long as it lives. */
export interface Opening {
  endpoints: readonly string[];
  fallback: boolean;
  replyTimeoutMs: number;
  hasToken: boolean;
  lock: string;
}

export interface TokenAnswer {
  token: string | undefined;
  failure?: string;
}

export type FromTab =
  | { open: Opening }
  /** `saved`: with a join, what the tab knows of the room. */
  | { frame: string; saved?: SavedRoom | undefined }
  | TokenAnswer
  | { close: true };

export type FromWorker = { frame: string } | { closed: { code: number; reason: string } } | { wantsToken: true };
