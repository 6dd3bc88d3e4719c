// Chooses the streams of a policy that a command works on, and names the data streams that they write to.

import { dataStreamOf } from '../../pipelines/dataset.ts';
import { suggest } from '../options/problems.ts';
import type { OutputPolicy } from '../outputs/output-policy.ts';
import type { Policy, StreamPolicy } from '../settings/policy/policy.ts';
import { usage } from './policy-flag.ts';

/** Chooses by tenant id, tenant name or stream id; without a name, all streams. */
export function chooseStreams(policy: Policy, name: string | undefined): readonly StreamPolicy[] {
  if (name === undefined) return policy.streams;
  const wanted = name.toLowerCase();
  const namesOf = ({ id, source, mapping }: StreamPolicy) =>
    [id, source.tenantId, mapping.tenantName].filter((each) => each !== undefined);
  const found = policy.streams.filter((stream) =>
    namesOf(stream).some((each) => each.toLowerCase() === wanted),
  );
  if (found.length > 0) return found;
  throw usage(
    `The policy has no tenant "${name}"${suggest(name, policy.streams.flatMap(namesOf)).replace('?', '')}.`,
    `It has ${policy.streams.map(({ source, mapping }) => mapping.tenantName ?? source.tenantId).join(', ')}.`,
  );
}

/** The data streams that are written to an output: those of records, and those of completeness reports. */
export function writtenStreamsOf(policy: Policy, output: OutputPolicy): readonly string[] {
  const reports = (policy.completeness ?? []).filter((each) => each.output === output);
  const names = reports.map(({ namespace }) => `logs-m365.collection-${namespace}`);
  return [...new Set([...dataStreamsOf(policy, output), ...names])];
}

/** The data streams that hold the records of an output. */
export function dataStreamsOf(policy: Policy, output: OutputPolicy): readonly string[] {
  const streams = policy.streams.filter((stream) => stream.output === output);
  return [...new Set(streams.map(({ mapping }) => dataStreamOf(mapping)))];
}

/** The tenants whose records go to a data stream. */
export function tenantsOf(policy: Policy, dataStream: string): readonly string[] {
  const streams = policy.streams.filter(({ mapping }) => dataStreamOf(mapping) === dataStream);
  return [...new Set(streams.map(({ source }) => source.tenantId.toLowerCase()))];
}

/** The data streams that get raw records, because another package owns and maps them. */
export function rawStreamsOf(policy: Policy, output: OutputPolicy): ReadonlySet<string> {
  const streams = policy.streams.filter(({ mapping }) => mapping.documents === 'raw');
  return new Set(dataStreamsOf({ ...policy, streams }, output));
}

export function nameTenant({ source, mapping }: StreamPolicy): string {
  return mapping.tenantName ? `${mapping.tenantName} (${source.tenantId})` : source.tenantId;
}
