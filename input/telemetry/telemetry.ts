// Makes the Telemetry that a run is given: the status board, mirrored to OpenTelemetry.

import type { Clock } from '../contract/clock.ts';
import type { Telemetry } from '../contract/telemetry.ts';
import { RequestTrace } from '../http/request-trace.ts';
import { meterBoard } from './metrics.ts';
import { StatusBoard } from './status/status-board.ts';

export interface RunTelemetry extends Telemetry {
  readonly board: StatusBoard;
  readonly requests: RequestTrace;
}

export function createTelemetry(options: { clock: Clock; version: string }): RunTelemetry {
  const board = new StatusBoard(options);
  const meter = meterBoard(board);
  const requests = new RequestTrace();
  return {
    board,
    requests,
    exchanged: (exchange) => requests.add(exchange),
    report: (component, report) => board.report(component, report),
    showNotice: (component, report) => board.showNotice(component, report),
    count(component, counter, by) {
      board.count(component, counter, by);
      meter.count(component, counter, by);
    },
    lag(feed, creation, content, backfill = false) {
      if (backfill) return;
      board.lag(feed, creation, content);
      meter.lag(feed, creation, content);
    },
    watchInFlight: (read) => board.watchInFlight(read),
    ledgerOpened: (id) => board.ledgerOpened(id),
    reportOf: (component) => board.reportOf(component),
  };
}
