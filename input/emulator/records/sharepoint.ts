// What all SharePoint and OneDrive records have: who was where, with which device.

import { addressOf, type Fields, record, type Scene } from './record.ts';
import type { Person, Site } from './world.ts';

export interface Place {
  readonly person: Person;
  readonly site: Site;
  readonly url: string;
  readonly workload: 'OneDrive' | 'SharePoint';
}

export function choosePlace({ random, world }: Scene): Place {
  const person = random.pick(world.people);
  const site = random.pick(world.sites);
  const personal = random.chance(0.4);
  const host = world.domain.replace('.', '-my.sharepoint.');
  const home = `https://${host}/personal/${person.upn.replace(/\W/g, '_')}`;
  return { person, site, url: personal ? home : site.url, workload: personal ? 'OneDrive' : 'SharePoint' };
}

interface Happening {
  readonly recordType: number;
  readonly operation: string;
  readonly objectId: string;
  readonly place: Place;
}

export function sharePointRecord(
  scene: Scene,
  { recordType, operation, objectId, place }: Happening,
  own: Fields,
): Fields {
  const { random } = scene;
  const { person, site, workload } = place;
  return record(
    scene,
    {
      operation,
      recordType,
      workload,
      userId: random.chance(0.05) ? 'app@sharepoint' : person.upn,
      userKey: `i:0h.f|membership|${person.puid.toLowerCase()}@live.com`,
      clientIp: addressOf(scene, person),
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
