// The source that reads the Office 365 Management Activity API for one tenant. Subscriptions, listings and downloads
// run side by side; the records that they find leave as batches.

import type { Batch, Source } from '../../contract/source.ts';
import type { OpeningEnvironment } from '../source-kind.ts';
import { tenantSource } from '../tenant/tenant-source.ts';
import { hostsFor } from './api/clouds.ts';
import { collectContent } from './collect-content.ts';
import { openStream } from './open-stream.ts';
import type { ManagementActivityOptions } from './options.ts';
import type { Stream } from './stream.ts';

/** Throws an OperatorError for hosts that can never be used. */
export function openSource(options: ManagementActivityOptions, environment: OpeningEnvironment): Source {
  return askingSource({ options, environment }, collectContent);
}

interface SourceParts {
  readonly options: ManagementActivityOptions;
  readonly environment: OpeningEnvironment;
}

/** A source of whatever `work` emits, through a stream that is opened for it. */
export function askingSource(
  { options, environment }: SourceParts,
  work: (stream: Stream, emit: (batch: Batch) => void, signal: AbortSignal) => Promise<void>,
): Source {
  const hosts = hostsFor(options.cloud, options.hosts);
  return tenantSource({ options, environment, hosts, open: openStream }, work);
}
