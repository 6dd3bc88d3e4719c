// Spans around the few slow steps: a listing, a content blob, a bulk request. Without an SDK in the process a span
// costs one function call.

import { type Attributes, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { describeError } from '../errors.ts';

/** Runs `step` in a span of that name; a failure is recorded, redacted, and thrown on. */
export function inSpan<Result>(
  name: 'm365.list' | 'm365.blob' | 'm365.bulk' | 'm365.token',
  attributes: Attributes,
  step: (span: Span) => Promise<Result>,
): Promise<Result> {
  return trace.getTracer('m365').startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await step(span);
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: describeError(error) });
      throw error;
    } finally {
      span.end();
    }
  });
}
