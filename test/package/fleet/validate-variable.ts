// What Kibana says of a value in the form of a package, by the variable that the manifest declares. It takes no notice of
// a value whose variable is not declared.

import { parse } from 'yaml';

export interface DeclaredVariable {
  readonly name: string;
  readonly type: string;
  readonly title?: string;
  readonly multi?: boolean;
  readonly required?: boolean;
  readonly secret?: boolean;
  readonly default?: unknown;
  readonly options?: readonly { readonly value: string }[];
  readonly url_allowed_schemes?: readonly string[];
  readonly min_duration?: string;
  readonly max_duration?: string;
}

/** Nothing where Kibana takes the value. */
export function validateVariable(variable: DeclaredVariable, entered: unknown): string[] {
  const value = typeof entered === 'string' ? entered.trim() : entered;
  if (variable.secret === true && Object(value).isSecretRef === true) return validateReference(value);
  const missing = value === undefined || (variable.type === 'yaml' && value === '');
  return [
    ...(variable.required === true && missing ? ['is required'] : []),
    ...(variable.type === 'yaml' ? validateYaml(value) : []),
    ...(variable.multi === true ? validateList(variable, value) : validateOne(variable, value)),
  ];
}

function validateReference(value: unknown): string[] {
  const { id, ids = [] } = Object(value);
  if (!id && ids.length === 0) return ['a secret reference needs an id'];
  return typeof (id ?? '') === 'string' ? [] : ['the id of a secret reference must be text'];
}

function validateYaml(value: unknown): string[] {
  try {
    parse(String(value));
    return [];
  } catch {
    return ['is no YAML'];
  }
}

const quoteFirst = 'text that begins with * or & needs quotes';

function validateList({ type, required }: DeclaredVariable, value: unknown): string[] {
  if (!value) return [];
  if (!Array.isArray(value)) return ['must be a list'];
  const texts = value.map(String);
  const empty = value.length === 0 || (type === 'text' && texts.some((text) => text.trim() === ''));
  return [
    ...(required === true && empty ? ['is required'] : []),
    ...(type === 'text' && texts.some((text) => /^[*&]/.test(text)) ? [quoteFirst] : []),
    ...(type === 'integer' && value.some((item) => !Number.isInteger(Number(item))) ? ['no integer'] : []),
  ];
}

function validateOne(variable: DeclaredVariable, value: unknown): string[] {
  const { type, options = [] } = variable;
  const text = String(value ?? '');
  switch (type) {
    case 'text':
      return /^[*&]/.test(text) ? [quoteFirst] : [];
    case 'bool':
      return !value || ['true', 'false'].includes(text) ? [] : ['must be true or false'];
    case 'integer':
      return !value || Number.isInteger(Number(value)) ? [] : ['no integer'];
    case 'duration':
      return value === undefined ? [] : validateDuration(variable, text);
    case 'select':
      return value === undefined || options.some((option) => option.value === value) ? [] : ['no choice'];
    case 'url':
      return text === '' ? [] : validateUrl(variable, text);
    default:
      return [];
  }
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

function durationMs(text: string): number | undefined {
  if (!/^(?:\d+(?:ms|s|m|h))+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+)(ms|s|m|h)/g)];
  return parts.reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (unitMs[unit] ?? 0), 0);
}

function validateDuration({ min_duration, max_duration }: DeclaredVariable, text: string): string[] {
  const value = durationMs(text);
  if (value === undefined) return ['no duration'];
  if (min_duration !== undefined && value < (durationMs(min_duration) ?? 0)) return ['too short'];
  return max_duration !== undefined && value > (durationMs(max_duration) ?? 0) ? ['too long'] : [];
}

function validateUrl({ url_allowed_schemes: schemes = [] }: DeclaredVariable, text: string): string[] {
  if (!URL.canParse(text)) return ['no URL'];
  const scheme = text.split(':', 1)[0]?.toLowerCase() ?? '';
  return schemes.length === 0 || schemes.includes(scheme) ? [] : [`${scheme} is not allowed`];
}
