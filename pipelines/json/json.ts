// What JSON can hold. Raw input is one of these until a definition says more.

export type Json = string | number | boolean | null | undefined | Json[] | JsonObject;

export interface JsonObject {
  [name: string]: Json;
}

export function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
