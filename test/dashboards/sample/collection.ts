// Sample documents of the collector about itself: one for each hour, tenant and content type of the sample. They show
// one throttled morning, one gap that was filled, one that was not, and a content type that went quiet.

import { contentTypes } from '../../../input/emulator/apis/management-activity/content/content-type.ts';
import { hash, Random } from '../../../input/emulator/world/random.ts';
import { describeSilence } from '../../../input/telemetry/status/silence-detector.ts';
import {
  dayMs,
  type SampleDocument,
  type SampleOptions,
  type SampleTenant,
  sampleTenants,
} from './events.ts';

const hourMs = 3_600_000;
const minuteMs = 60_000;

export function sampleCollection(options: SampleOptions): SampleDocument[] {
  return sampleTenants(options.seed).flatMap((tenant) =>
    contentTypes.flatMap((contentType) =>
      Array.from({ length: options.days * 24 }, (_, hour) =>
        describeHour(tenant, contentType, hour, options),
      ),
    ),
  );
}

function describeHour(
  { name, share, world }: SampleTenant,
  contentType: string,
  hour: number,
  { seed, end, days, namespace }: SampleOptions,
): SampleDocument {
  const random = new Random(hash(seed, name, contentType, hour));
  const to = end - days * dayMs + (hour + 1) * hourMs;
  const left = days * 24 - hour;
  const busy = [8, 9, 10, 11, 13, 14, 15].includes(new Date(to).getUTCHours());
  const listed = Math.round((busy ? 30 : 8) * share * (0.6 + random.next()));
  const throttled = name === 'Contoso' && left > 48 && left < 54 ? random.between(20, 90) : 0;
  const isQuiet = name === 'Fabrikam' && contentType === 'DLP.All' && left < 40;
  const hasGap = name === 'Contoso' && contentType === 'Audit.SharePoint' && left > 26 && left < 30;
  const isOpenGap = name === 'Fabrikam' && contentType === 'Audit.Exchange' && left <= 3;
  const lost = name === 'Contoso' && contentType === 'Audit.General' && left === 20 ? 2 : 0;
  const blobs = isQuiet || hasGap || isOpenGap ? 0 : listed;
  const wrong = hasGap || isOpenGap || throttled > 0;
  return {
    id: `collection:${name}:${contentType}:${hour}`,
    source: {
      '@timestamp': new Date(to).toISOString(),
      data_stream: { type: 'logs', dataset: 'm365.collection', namespace },
      ecs: { version: '9.4.0' },
      event: { kind: 'metric', dataset: 'm365.collection', module: 'm365' },
      organization: { id: world.tenantId, name },
      tags: ['m365-emulator'],
      m365: {
        collection: {
          tenant: name,
          content_type: contentType,
          window: { from: new Date(to - hourMs).toISOString(), to: new Date(to).toISOString() },
          blobs: {
            listed: blobs,
            delivered: Math.max(0, blobs - lost),
            late: random.chance(0.1) ? random.between(1, 3) : 0,
            retried: throttled > 0 ? random.between(1, 4) : 0,
            lost,
            pending: wrong ? random.between(4, 20) : random.between(0, 2),
          },
          ...(lost > 0 && { lost_reason: ['AF20051'] }),
          records: {
            delivered: Math.max(0, blobs - lost) * random.between(4, 9),
            duplicate: random.between(0, 12),
            dead_lettered: random.chance(0.01) ? 1 : 0,
          },
          lag: (wrong ? random.between(120, 400) : random.between(6, 45)) * minuteMs,
          delivery_lag: (wrong ? random.between(10, 120) : random.between(1, 4)) * minuteMs,
          quiet_for: (isQuiet ? 40 - left : 0) * hourMs + random.between(1, 50) * minuteMs,
          gap:
            hasGap || isOpenGap
              ? { count: 1, duration: hourMs, from: new Date(to - hourMs).toISOString() }
              : { count: 0, duration: 0 },
          requests: { sent: 30 + blobs, throttled, failed: wrong ? random.between(1, 9) : 0 },
          bytes: { fetched: blobs * random.between(60_000, 160_000) },
          ...(isQuiet && left < 34
            ? describeSilence({
                since: end - 40 * hourMs,
                forMs: (40 - left) * hourMs,
                longestMs: 4 * hourMs,
              })
            : healthOf(throttled > 0, hasGap || isOpenGap)),
          ...(name === 'Fabrikam' && {
            credential: { kind: 'secret', expires: new Date(end + 9 * dayMs).toISOString() },
          }),
        },
      },
    },
  };
}

function healthOf(isThrottled: boolean, hasGap: boolean) {
  if (hasGap)
    return {
      health: 'failed',
      code: 'AF50000',
      message: 'The listing fails; it is tried again every minute.',
    };
  if (isThrottled)
    return {
      health: 'degraded',
      code: 'AF429',
      message: 'Microsoft throttles this tenant; waiting as it asks.',
    };
  return { health: 'healthy', message: 'Up to date.' };
}
