// The parts of the generated pages about this source: its errors and the hosts of each cloud.

import type { SourceReference } from '../source-kind.ts';
import { type BudgetLimit, budgets } from './api/budgets.ts';
import { graphHosts } from './api/clouds.ts';
import { type GraphEffect, graphErrors } from './api/error-catalogue.ts';
import type { LogType } from './log-type.ts';

const meanwhileOf: Record<GraphEffect, string> = {
  'fail feed': 'This feed is asked again, slowly; the others go on.',
  'restart slice': 'The slice of time is read again from its first page.',
  'slow down': 'Everything that shares the limit pauses for as long as Microsoft says.',
  'renew token': 'A new token is fetched and the request repeated.',
  retry: 'The request is repeated with growing pauses.',
};

const nameOf = (url: string): string => new URL(url).host;

export function graphReference(logType: LogType): SourceReference {
  const { title, permissions, licence, clouds, endpoints } = logType;
  const limits: readonly BudgetLimit[] = budgets[logType.budget];
  const limit = limits.map(({ published }) => published).join('; ');
  return {
    logType: { title, endpoints, permissions, licence, clouds, limit },
    errors: graphErrors.map(({ code, cause, fix, effect }) => ({
      code,
      cause,
      fix,
      meanwhile: meanwhileOf[effect],
    })),
    clouds: Object.entries(graphHosts).map(([name, { login, graph }]) => ({
      name,
      tokens: nameOf(login),
      content: nameOf(graph),
    })),
  };
}
