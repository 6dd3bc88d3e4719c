// Wraps the few slow steps, a request to a source and a write to an output, in spans, so that neither knows of
// tracing. Without an SDK in the process a span costs one function call.

import { type Attributes, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { describeError } from '../contract/errors.ts';
import type { Output } from '../contract/output.ts';
import type { Wrapper } from '../http/exchange.ts';
import { attributesOf } from './attributes.ts';

/** Runs `step` in a span of that name; a failure is recorded, redacted, and thrown on. */
function inSpan<Result>(
  name: string,
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

/**
 * Makes a span for each request, until its head has come: `m365.list`, `m365.blob`, `m365.subscriptions`, `m365.token`.
 */
export function traceRequests(): Wrapper {
  return (send) => (request) => {
    const attributes: Attributes = {
      'http.request.method': request.method,
      'server.address': URL.parse(request.url)?.host ?? '',
      ...(request.component && attributesOf(request.component)),
    };
    return inSpan(stepOf(request.url), attributes, async (span) => {
      const response = await send(request);
      span.setAttribute('http.response.status_code', response.status);
      return response;
    });
  };
}

function stepOf(url: string): string {
  if (url.includes('/subscriptions/content')) return 'm365.list';
  if (url.includes('/activity/feed/audit/')) return 'm365.blob';
  return url.includes('/subscriptions/') ? 'm365.subscriptions' : 'm365.token';
}

/** Makes a span for each write, until its outcome is durable. */
export function traceOutput(output: Output): Output {
  return {
    ...(output.batchesAhead !== undefined && { batchesAhead: output.batchesAhead }),
    name: output.name,
    open: (signal) => output.open(signal),
    close: () => output.close(),
    write(documents, options) {
      const attributes = { 'm365.output': output.name, 'm365.documents': documents.length };
      return inSpan('m365.write', attributes, async (span) => {
        const report = await output.write(documents, options);
        span.setAttributes({
          'm365.delivered': report.delivered,
          'm365.duplicate': report.duplicate,
          'm365.rejected': report.rejected.length,
        });
        return report;
      });
    },
  };
}
