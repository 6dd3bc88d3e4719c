// One event by two routes: the record that Graph serves, and the same in the envelope of Azure Monitor. They are one
// document, equal in every field but those that only a route knows.

import { describe, expect, test } from '@jest/globals';
import { type DatasetName, datasetNames } from '../../pipelines/datasets.ts';
import { flatten } from '../../pipelines/explain/flatten.ts';
import { loadDefinitions, loadMapper } from '../../pipelines/index.ts';
import { isObject, type Json, type JsonObject } from '../../pipelines/json/json.ts';
import { listSamples, sampleContext } from './samples.ts';

/** What Azure Monitor writes around a record, and in it where its words are others. */
const written: Partial<Record<DatasetName, (record: JsonObject) => JsonObject>> = {
  'azure.auditlogs': (record) => {
    const { user, app } = Object(record.initiatedBy);
    const details: JsonObject[] = [record.additionalDetails ?? []].flat().map(Object);
    const userAgent = details.find(({ key }) => key === 'User-Agent')?.value;
    return {
      category: 'AuditLogs',
      operationName: record.activityDisplayName,
      resultSignature: 'None',
      resultDescription: record.resultReason,
      callerIpAddress: user?.ipAddress,
      identity: (user ?? app)?.displayName,
      properties: { ...record, userAgent },
    };
  },
  'azure.provisioning': (record) => {
    const { status } = Object(record.provisioningStatusInfo);
    const names = { id: 'Id', displayName: 'Name', initiatorType: 'Type', status: 'Status' };
    return {
      category: 'ProvisioningLogs',
      operationName: 'Provisioning activity',
      resultType: capitalize(status),
      durationMs: record.durationInMilliseconds,
      correlationId: record.changeId,
      identity: record.id,
      properties: {
        ...mapValues(record, (value) => (isObject(value) ? renameKeys(value, names) : value)),
        action: capitalize(record.provisioningAction),
      },
    };
  },
  'azure.identity_protection': ({ id, ipAddress, userDisplayName }) => ({
    category: 'UserRiskEvents',
    operationName: 'User Risk Detection',
    resultSignature: 'None',
    callerIpAddress: ipAddress,
    correlationId: id,
    identity: userDisplayName,
  }),
  'azure.signinlogs': (record) => {
    const { errorCode, failureReason } = Object(record.status);
    const hasCode = errorCode !== undefined;
    const steps: JsonObject[] = [record.authenticationDetails ?? []].flat().map(Object);
    const second = steps.find(({ authenticationMethod }) => authenticationMethod !== 'Password');
    return {
      category: categories[String([record.signInEventTypes].flat()[0])] ?? 'SignInLogs',
      operationName: 'Sign-in activity',
      resultType: hasCode ? String(errorCode) : undefined,
      resultSignature: hasCode ? (errorCode === 0 ? 'SUCCESS' : 'FAILURE') : undefined,
      resultDescription: errorCode === 0 ? '' : failureReason,
      callerIpAddress: record.ipAddress,
      identity: record.userDisplayName ?? record.servicePrincipalName,
      location: Object(record.location).countryOrRegion,
      properties: {
        ...record,
        tenantId: record.resourceTenantId,
        userType: { member: 'Member', guest: 'Guest' }[String(record.userType)],
        mfaDetail: { authMethod: second?.authenticationMethod },
      },
    };
  },
};

const categories: Readonly<Record<string, string>> = {
  interactiveUser: 'SignInLogs',
  nonInteractiveUser: 'NonInteractiveUserSignInLogs',
  servicePrincipal: 'ServicePrincipalSignInLogs',
  managedIdentity: 'ManagedIdentitySignInLogs',
};

function capitalize(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, 1).toUpperCase() + value.slice(1) : undefined;
}

function mapValues(record: JsonObject, change: (value: Json) => Json): JsonObject {
  return Object.fromEntries(
    Object.entries(record).flatMap(([key, value]) => (value === undefined ? [] : [[key, change(value)]])),
  );
}

function renameKeys(object: JsonObject, names: Readonly<Record<string, string>>): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [names[key] ?? key, value]));
}

/** Only a route knows them: when it took the record, and what it calls the log and its level. */
const ofTheRoute =
  /^azure\.\w+\.(time|tenant_id|level|duration_ms|resource_id)$|^azure\.resource\.id$|^cloud\.resource_id$|^log\.level$/;

describe.each(datasetNames.filter((name) => written[name] !== undefined))('%s', (name) => {
  const mapper = loadMapper(name);
  const { envelope } = loadDefinitions(name).dataset;
  const bare = listSamples(name)
    .map((sample): [string, JsonObject] => [sample.name, JSON.parse(sample.text)])
    .filter(([, record]) => record[envelope?.root ?? ''] === undefined);

  test.each(bare)('%s is one document by both routes', (_, record) => {
    const enveloped = {
      time: '2026-11-20T08:07:21.1234567Z',
      resourceId: `/tenants/${sampleContext.tenantId}/providers/Microsoft.aadiam`,
      tenantId: sampleContext.tenantId.toUpperCase(),
      operationVersion: '1.0',
      durationMs: 0,
      Level: 4,
      correlationId: record.correlationId,
      properties: record,
      ...written[name]?.(record),
    };
    const [one, other] = [record, enveloped].map((each) => mapper.read(JSON.stringify(each)));
    if (one === undefined || other === undefined) throw new Error('two records, two readings');
    expect(mapper.identify(other, sampleContext.tenantId)).toEqual(
      mapper.identify(one, sampleContext.tenantId),
    );
    const fieldsOf = (read: typeof one) =>
      Object.fromEntries(
        flatten(mapper.map(read, sampleContext)).filter(([field]) => !ofTheRoute.test(field)),
      );
    expect(fieldsOf(other)).toEqual(fieldsOf(one));
  });
});
