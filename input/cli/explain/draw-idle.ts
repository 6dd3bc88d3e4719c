// Draws the rules that did not fire: first those whose properties are there, with the reason, then the many whose
// properties are not.

import type { Idle } from '../../../pipelines/explain/explanation.ts';
import { writeValue } from '../../../pipelines/explain/words.ts';
import { plainJson } from '../show/cells.ts';
import { describeConverter, type ExplanationRow, locationOf } from './draw-source.ts';

export function drawIdle(idle: readonly Idle[]): { title: string; rows: ExplanationRow[] }[] {
  const absent = idle.filter(({ reason }) => reason === 'absent');
  const others = idle.filter(({ reason }) => reason !== 'absent');
  return [
    {
      title: 'Rules that did not fire',
      rows: others.flatMap((one) => [
        { left: locationOf(one), right: describeRule(one) },
        ...describeReason(one).map((right, i) => ({
          left: i === 0 ? (labels[one.reason] ?? '') : '',
          right,
          indent: 4,
        })),
      ]),
    },
    {
      title: 'Rules whose properties are absent',
      rows: absent.map((one) => ({ left: locationOf(one), right: describeRule(one) })),
    },
  ];
}

const labels: Readonly<Partial<Record<Idle['reason'], string>>> = {
  empty: 'no value',
  misfit: 'wrong type',
  condition: 'condition not met',
  refused: 'refused by converter',
  filled: 'filled already',
  unanswered: 'no answer',
};

function describeReason({ reason, detail, saw }: Idle): string[] {
  const seen = saw.map(({ path, value }) =>
    value === undefined ? `saw nothing at ${path}` : `saw ${path} ${writeValue(value)}`,
  );
  // The reason is left out, because the label names it already.
  const lines = reason === 'refused' || reason === 'unanswered' ? seen : [detail, ...seen];
  return lines.map(plainJson);
}

function describeRule(one: Idle): string {
  const what = one.by === 'case' ? 'case on ' : one.by === 'outcome' ? 'step on ' : '';
  const converter = describeConverter(one);
  const to = one.to.map((name) => (name === '' ? 'the object' : name)).join(', ');
  return `${what}${one.from.join(' or ')} → ${to}${converter === undefined ? '' : `, ${converter}`}`;
}
