import { describe, expect, test } from '@jest/globals';
import { type Component, streamOf } from '../../input/contract/component.ts';
import { openTestLedger, scope, temporaryFolder } from './state-folder.ts';
import { withLedger } from './taking.ts';

describe('checkpoints', () => {
  test('are kept through a restart', async () => {
    using folder = temporaryFolder();
    const first = await openTestLedger(folder.path);
    await first.checkpoints.set(scope, 'watermark', '1');
    await first.checkpoints.set(scope, 'watermark', '2');
    await first.close();
    const second = await openTestLedger(folder.path);
    expect(await second.checkpoints.get(scope, 'watermark')).toBe('2');
    expect(await second.checkpoints.get(scope, 'other')).toBeUndefined();
    await second.close();
  });

  test('are each of one component', () =>
    withLedger(async ({ checkpoints, work }) => {
      const components: readonly Component[] = [
        scope,
        { ...scope, name: 'DLP.All' },
        { ...scope, source: 'graph' },
        { ...scope, tenant: 'contoso' },
        streamOf(scope),
        { kind: 'output', name: 'default' },
        { kind: 'data_stream', name: 'default' },
        { kind: 'ledger' },
      ];
      for (const [n, component] of components.entries()) await checkpoints.set(component, 'x', String(n));
      for (const [n, component] of components.entries())
        expect(await checkpoints.get(component, 'x')).toBe(String(n));
      expect(await work.feeds()).toHaveLength(4);
    }));

  test('change only where they still are what was expected', () =>
    withLedger(async ({ checkpoints }) => {
      const change = (expected: string | undefined, value: string) =>
        checkpoints.compareAndSet(scope, 'watermark', expected, value);
      expect(await change('1', '2')).toBe(false);
      expect(await checkpoints.get(scope, 'watermark')).toBeUndefined();
      expect(await Promise.all([change(undefined, '1'), change(undefined, '2')])).toEqual([true, false]);
      expect(await Promise.all([change('1', '3'), change('1', '4'), change('3', '5')])).toEqual([
        true,
        false,
        true,
      ]);
      expect(await checkpoints.get(scope, 'watermark')).toBe('5');
    }));
});
