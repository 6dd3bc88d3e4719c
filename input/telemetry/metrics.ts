// Mirrors the numbers of the status board to OpenTelemetry. Only its API is used: without an SDK in the process every
// call is a no-op, and the user chooses the SDK (`node --import ./otel.js`).

import { type Attributes, type Counter as Instrument, metrics } from '@opentelemetry/api';
import { keyOf } from '../contract/component.ts';
import type { Counter, Telemetry } from '../contract/telemetry.ts';
import { attributesOf } from './attributes.ts';
import type { StatusBoard } from './status/status-board.ts';

const counters: Record<Counter, string> = {
  requests: 'Requests sent to the source.',
  throttled: 'Requests that the source refused for their number.',
  request_errors: 'Requests that failed in another way.',
  items_listed: 'Items listed for the first time.',
  items_late: 'Items found behind the watermark.',
  items_fetched: 'Items read to the end.',
  items_acknowledged: 'Items of which every record is settled.',
  items_lost: 'Items that expired or can never be read.',
  items_retried: 'Attempts at an item that failed and are repeated.',
  items_left: 'Items that a run which collects once could not have.',
  records_fetched: 'Records read from items.',
  records_delivered: 'Records that the output took.',
  records_duplicate: 'Records that had been delivered before.',
  records_possibly_duplicate:
    'Records that may be there twice: sent again after an unknown outcome, and nothing proves that none was there.',
  records_dead_lettered: 'Records kept in the dead letters.',
  records_filtered: 'Records that the policy leaves out.',
  bytes_fetched: 'Bytes of items, decompressed.',
  gaps: 'Stretches of time whose content is lost or withheld.',
  unknown_record_types: 'Records of a type without a definition.',
  stream_restarts: 'Streams that died of an unforeseen error, to begin again.',
};

/** Mirrors every counter, the bytes in flight and the lags of the board. */
export function meterBoard(board: StatusBoard): Pick<Telemetry, 'count' | 'lag'> {
  const meter = metrics.getMeter('m365');
  const instruments = new Map<string, Instrument>(
    Object.entries(counters).map(([name, description]) => [
      name,
      meter.createCounter(metricName(name), { description }),
    ]),
  );
  const lagged = new Map<string, { attributes: Attributes; creation: number | undefined; content: number }>();
  meter
    .createObservableGauge('m365.in_flight', {
      unit: 'By',
      description: 'Bytes between download and acknowledgement.',
    })
    .addCallback((result) => result.observe(board.inFlightBytes));
  meter
    .createObservableGauge('m365.lag.content_created', {
      unit: 's',
      description: 'From when the source made the content to acknowledgement, of the newest record.',
    })
    .addCallback((result) => {
      for (const { attributes, content } of lagged.values()) result.observe(content / 1000, attributes);
    });
  meter
    .createObservableGauge('m365.lag.creation_time', {
      unit: 's',
      description: 'From the time of the event to acknowledgement, of the newest record.',
    })
    .addCallback((result) => {
      for (const { attributes, creation } of lagged.values())
        if (creation !== undefined) result.observe(creation / 1000, attributes);
    });
  return {
    count: (component, counter, by = 1) => instruments.get(counter)?.add(by, attributesOf(component)),
    lag(feed, creation, content) {
      const attributes = attributesOf(feed);
      lagged.set(keyOf(feed), { attributes, creation, content });
    },
  };
}

/** Turns a counter's name into a metric's: `items_listed` becomes `m365.items.listed`. */
function metricName(counter: string): string {
  return `m365.${counter.replace('_', '.')}`;
}
