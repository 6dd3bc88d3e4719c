// An input that Fleet made says of which version its package is; the program says where that is older than it needs.

import { describe, expect, test } from '@jest/globals';
import { treeOf } from '../../input/options/settings-tree.ts';
import { judgePackage } from '../../input/settings/installed-package/judge-package.ts';

const versions = { own: '1.4.0', needed: { m365: '1.2.0', m365_collector: '1.3.0' } };

function judge(meta: unknown) {
  const node = treeOf({ id: 'i', type: 'm365', meta }, 'unit i');
  if (node.kind !== 'map') throw new Error('no map');
  return judgePackage(node, 'contoso-1', versions);
}

const of = (name: string, version: string) => judge({ package: { name, version, agentVersion: undefined } });

describe('a package', () => {
  test('that is older than what is needed has to be upgraded, by the command that does it', () => {
    expect(of('m365', '1.1.9')).toEqual({
      is: 'too old',
      message: expect.stringMatching(/contoso-1.*m365 1\.1\.9.*1\.2\.0 or later/),
      advice: expect.stringMatching(
        /`m365 install --package m365 --kibana URL`.*m365-1\.4\.0\.zip.*upgrade the integration policy/,
      ),
    });
    expect(of('m365_collector', '1.2.0')?.advice).toMatch(
      /install --collector --kibana.*m365_collector-1\.4\.0\.zip/,
    );
  });

  test.each(['1.2.0', '1.3.7', '1.4.0'])('of version %s fits', (version) => {
    expect(of('m365', version)).toBeUndefined();
  });

  test('that is newer than the program is said, and nothing has to be done', () => {
    expect(of('m365', '1.5.0')).toMatchObject({
      is: 'newer',
      message: expect.stringMatching(/1\.5\.0.*1\.4\.0/),
    });
  });

  test('of somebody else, or none, is nobody’s business', () => {
    expect(of('o365', '0.1.0')).toBeUndefined();
    for (const meta of [undefined, {}, { package: {} }, { package: { name: 'm365' } }, 'text'])
      expect(judge(meta)).toBeUndefined();
  });
});
