// The options of a stream that reads the Management Activity API, which a policy holds without their type.

import type { ManagementActivityOptions } from '../../../input/sources/management-activity/options.ts';
import type { StreamSource } from '../../../input/sources/stream-source.ts';

export function optionsOf({ options, kind }: StreamSource): ManagementActivityOptions {
  if (!isOurs(options)) throw new TypeError(`the source is of the kind ${kind}`);
  return options;
}

function isOurs(options: object): options is ManagementActivityOptions {
  return 'clientId' in options && 'contentTypes' in options;
}
