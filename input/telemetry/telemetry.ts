// The Telemetry that a run is given: the status board, mirrored to OpenTelemetry.

import type { Clock } from '../contract/clock.ts';
import type { Telemetry } from '../contract/telemetry.ts';
import { meterBoard } from './metrics.ts';
import { StatusBoard } from './status-board.ts';

export interface RunTelemetry extends Telemetry {
  readonly board: StatusBoard;
}

export function createTelemetry(options: { clock: Clock; version: string }): RunTelemetry {
  const board = new StatusBoard(options);
  const meter = meterBoard(board);
  return {
    board,
    report: (scope, report) => board.report(scope, report),
    notice: (scope, report) => board.notice(scope, report),
    count(scope, counter, by) {
      board.count(scope, counter, by);
      meter.count(scope, counter, by);
    },
    lag(scope, creation, content, backfill = false) {
      if (backfill) return;
      board.lag(scope, creation, content);
      meter.lag(scope, creation, content);
    },
    watchInFlight: (read) => board.watchInFlight(read),
    ledgerOpened: (id) => board.ledgerOpened(id),
    reportOf: (scope) => board.reportOf(scope),
  };
}
