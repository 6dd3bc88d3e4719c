// Which build the collector says that it is, when it first checks in.

import { expect, test } from '@jest/globals';
import { readCommit } from '../../input/cli/version.ts';
import { openPlace, version } from './harness.ts';

test('the first check-in names the version and the commit', async () => {
  await using place = await openPlace();
  const { agent, output } = place;
  agent.control.setUnits([output]);
  agent.start();
  await agent.control.until(() => agent.control.received.length > 0);
  const commit = process.env.M365_TEST_COLLECTOR ? expect.stringMatching(/^[\da-f]{40}/) : readCommit();
  expect(agent.control.received[0]).toMatchObject({
    version_info: { name: 'm365', meta: { version, commit }, build_hash: commit },
  });
  await agent.stop();
});
