// The Management Activity API of a running emulator: the activity of every tenant, behind the interface by which the
// emulator's server, faults, control requests and truth reach any API.

import { compiledSchema } from '../../../../pipelines/json/compiled-schema.ts';
import { isoTime } from '../../../contract/time.ts';
import type { ApiEnvironment, ApiRequest, RunningApi, Served } from '../../api.ts';
import { describeObject, readBody } from '../../control/read-body.ts';
import { type ControlHandler, refuseControl } from '../../control/request.ts';
import type { NamedFault } from '../../faults/plan.ts';
import { answerJson, type HttpAnswer } from '../../server/answer.ts';
import { compress } from '../../server/deliver.ts';
import type { TruthFeed } from '../../truth/truth.ts';
import { findAccount } from '../../world/account.ts';
import type { ContentBlob } from './content/blob.ts';
import { alterAnswer, answerFault } from './faults.ts';
import { readActivityOptions, readTenantChanges, readTenantOptions } from './option-schemas.ts';
import { type ActivityOptions, type ActivityTenantSettings, settleTenant } from './options.ts';
import { Publisher, type PublishRequest, publishProperties } from './publish.ts';
import { formatFeedRoot } from './routes.ts';
import { Service } from './service.ts';
import { ActivityTenant } from './tenant.ts';

/** A blob that was published, as a listing would tell of it. */
export interface PublishedBlob extends Pick<ContentBlob, 'contentId' | 'contentType'> {
  readonly contentUri: string;
  readonly contentCreated: string;
}

const publishSchema = compiledSchema<PublishRequest>(describeObject(publishProperties, ['contentType']), {});

export class ManagementActivity implements RunningApi {
  readonly controls: Readonly<Record<string, ControlHandler>> = {
    'POST /emulator/publish': ({ body }) => answerJson(200, this.publish(readBody(publishSchema(), body))),
  };
  private readonly environment: ApiEnvironment;
  private readonly tenants: ReadonlyMap<string, ActivityTenant>;
  private readonly service: Service;
  private readonly publisher: Publisher;

  constructor(environment: ApiEnvironment) {
    const options = readActivityOptions(environment.options);
    this.environment = environment;
    this.tenants = createTenants(environment, options);
    this.service = new Service({
      environment,
      tenants: this.tenants,
      pageSize: options.pageSize ?? 200,
      refusesWholeDay: options.refusesWholeDay ?? true,
    });
    this.publisher = new Publisher(() => environment.now());
    if (options.prepared) prepare(this.tenants.values(), environment.gzip);
  }

  handle(request: ApiRequest): Served {
    return this.service.serve(request);
  }

  *listFeeds(): Generator<TruthFeed> {
    for (const [tenantId, { feeds }] of this.tenants) {
      for (const [contentType, feed] of feeds) {
        yield { tenantId, contentType, listBatches: (now) => feed.listAll(now) };
      }
    }
  }

  /** Adds a blob to a feed. Throws an OperatorError when the request cannot be. */
  publish(request: PublishRequest): PublishedBlob {
    const tenant = this.findTenant(request.tenant);
    if (!tenant) throw refuseControl(`There is no tenant "${request.tenant ?? ''}".`);
    const { contentId, contentType, position } = this.publisher.publish(tenant, request);
    const contentUri = `${formatFeedRoot(this.environment.url(), tenant.tenantId)}/audit/${contentId}`;
    return { contentId, contentType, contentUri, contentCreated: isoTime(position.created) };
  }

  /** Returns the settings of a tenant by its GUID. Throws a RangeError when there is none. */
  describeTenant(tenantId: string): ActivityTenantSettings {
    const tenant = this.tenants.get(tenantId);
    if (!tenant) throw new RangeError(`There is no tenant ${tenantId}.`);
    return tenant.settings;
  }

  updateTenant(tenantId: string, changes: object): void {
    this.tenants.get(tenantId)?.update(readTenantChanges(changes));
  }

  answerFault(fault: NamedFault, request: ApiRequest): HttpAnswer | undefined {
    return answerFault(fault, request);
  }

  alterAnswer(fault: NamedFault, answer: HttpAnswer): HttpAnswer {
    const { environment } = this;
    return alterAnswer(fault, answer, environment.url(), environment.foreignUrl());
  }

  close(): void {
    for (const tenant of this.tenants.values()) tenant.close();
  }

  /** Finds a tenant by GUID or domain; without either it is the first. */
  private findTenant(text: string | undefined): ActivityTenant | undefined {
    const accounts = this.environment.tenants.map(({ account }) => account);
    const account = text === undefined ? accounts[0] : findAccount(accounts, text);
    return this.tenants.get(account?.tenantId ?? '');
  }
}

function createTenants(
  { seed, origin, tenants }: ApiEnvironment,
  options: ActivityOptions,
): ReadonlyMap<string, ActivityTenant> {
  const environment = {
    seed,
    origin,
    cooldown: options.startCooldown ?? 'content-type',
    throttle: { status: options.throttleStatus ?? 403, retryAfter: options.throttleRetryAfter ?? false },
  } as const;
  return new Map(
    tenants.map(({ account, options: own }, index) => [
      account.tenantId,
      new ActivityTenant(account, settleTenant(readTenantOptions(own, index)), environment),
    ]),
  );
}

/** Makes the bodies of history now, compressed as well where they may be asked for so. */
function prepare(tenants: Iterable<ActivityTenant>, gzip: boolean): void {
  for (const { feeds } of tenants) {
    for (const feed of feeds.values()) for (const body of feed.prepare()) if (gzip) compress(body);
  }
}
