// Builds the part that all SharePoint and OneDrive records have: the person, the site, and the device.

import type { Person, Site } from '../../../../world/company.ts';
import { buildRecord, pickAddress, type RecordFields, type Scene } from '../record.ts';

/** A person on a site of SharePoint or in a OneDrive. */
export interface SiteVisit {
  readonly person: Person;
  readonly site: Site;
  readonly url: string;
  readonly workload: 'OneDrive' | 'SharePoint';
}

export function chooseVisit({ random, world }: Scene): SiteVisit {
  const person = random.pick(world.people);
  const site = random.pick(world.sites);
  const personal = random.chance(0.4);
  const host = world.domain.replace('.', '-my.sharepoint.');
  const home = `https://${host}/personal/${person.upn.replace(/\W/g, '_')}`;
  return { person, site, url: personal ? home : site.url, workload: personal ? 'OneDrive' : 'SharePoint' };
}

interface SiteAction {
  readonly recordType: number;
  readonly operation: string;
  readonly objectId: string;
  readonly visit: SiteVisit;
}

export function buildSharePointRecord(
  scene: Scene,
  { recordType, operation, objectId, visit }: SiteAction,
  own: RecordFields,
): RecordFields {
  const { random } = scene;
  const { person, site, workload } = visit;
  return buildRecord(
    scene,
    {
      operation,
      recordType,
      workload,
      userId: random.chance(0.05) ? 'app@sharepoint' : person.upn,
      userKey: `i:0h.f|membership|${person.puid.toLowerCase()}@live.com`,
      clientIp: pickAddress(scene, person),
      objectId,
    },
    {
      AppAccessContext: {
        AADSessionId: random.guid(),
        ClientAppId: '08e18876-6177-487e-b8b5-cf950c1e598c',
        ClientAppName: 'SharePoint Online Web Client Extensibility',
        CorrelationId: random.guid(),
        UniqueTokenId: random.hex(22),
      },
      CorrelationId: random.guid(),
      EventSource: 'SharePoint',
      IsManagedDevice: random.chance(0.7),
      ListId: site.list,
      ListItemUniqueId: random.guid(),
      Site: site.site,
      UserAgent: person.userAgent,
      WebId: site.web,
      ...own,
    },
  );
}
