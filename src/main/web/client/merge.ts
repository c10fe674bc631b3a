/** JSON Merge Patch (RFC 7396), without changing what it is given: unchanged parts are shared between old and new. */

export type Json = string | number | boolean | null | Json[] | JsonObject;
export interface JsonObject {
  [name: string]: Json;
}

export function merge(target: JsonObject | undefined, patch: JsonObject): JsonObject;
export function merge(target: Json | undefined, patch: Json): Json;
export function merge(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const members = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) members.delete(name);
    else members.set(name, merge(members.get(name), value));
  }
  // `fromEntries` defines members and never assigns them: one called `__proto__` is a member like any other.
  return Object.fromEntries(members);
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
