// The answer to a request before anything is sent, and the plain forms that Microsoft's services answer in.

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body before compression. The pieces of an iterable are made only as they are taken. */
  readonly body: string | Uint8Array | Iterable<string | Uint8Array>;
}

const plainHeaders = { 'Cache-Control': 'no-cache', Server: 'Microsoft-IIS/10.0' };

export const jsonType = { 'Content-Type': 'application/json; charset=utf-8' };

export function answerJson(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  return answerText(status, JSON.stringify(value), { ...jsonType, ...headers });
}

export function answerText(
  status: number,
  body: HttpAnswer['body'],
  headers: Readonly<Record<string, string>>,
): HttpAnswer {
  return { status, headers: { ...plainHeaders, ...headers }, body };
}

/** Refuses a request without a usable token, as Microsoft's resources do: with a message and no code. */
export const answerUnauthorized = (): HttpAnswer =>
  answerJson(
    401,
    { Message: 'Authorization has been denied for this request.' },
    { 'WWW-Authenticate': 'Bearer error="invalid_token"' },
  );
