// The few fields outside ECS. Detection rules and other packages name nearly all of them, so they are mapped even in an
// index that never fills them: a query language refuses a column that no mapping knows.

import type { Field } from './field-types.ts';

export interface FieldBeyondEcs extends Field {
  readonly list?: boolean;
  /** The module whose datasets alone have it; without one, all have. */
  readonly module?: string;
}

/** The fields that the datasets of a module have. */
export function beyondEcsOf(module: string): readonly FieldBeyondEcs[] {
  return beyondEcs.filter((field) => field.module === undefined || field.module === module);
}

export const beyondEcs: readonly FieldBeyondEcs[] = [
  {
    name: 'application.id',
    type: 'keyword',
    about: 'Application the event was made with, by its id.',
    ecs: false,
  },
  { name: 'application.name', type: 'keyword', about: 'Application the event was made with.', ecs: false },
  {
    name: 'application.permissions',
    type: 'keyword',
    about: 'Rights that an application was given, or that were taken from it.',
    ecs: false,
    list: true,
  },
  { name: 'elastic_agent.id', type: 'keyword', about: 'Elastic Agent that runs the input.', ecs: false },
  { name: 'elastic_agent.snapshot', type: 'boolean', about: 'Whether it is a snapshot build.', ecs: false },
  { name: 'elastic_agent.version', type: 'keyword', about: 'Version of that Elastic Agent.', ecs: false },
  { name: 'input.type', type: 'keyword', about: 'Input that collected the record, always m365.', ecs: false },
  { name: 'session.id', type: 'keyword', about: 'Session the event belongs to.', ecs: false },
  { name: 'token.id', type: 'keyword', about: 'Access token the event was made with.', ecs: false },
  {
    name: 'azure.tenant_id',
    type: 'keyword',
    about: 'Tenant whose log it is.',
    ecs: false,
    module: 'azure',
  },
  {
    name: 'azure.tenant.id',
    type: 'keyword',
    about: "Tenant whose log it is, by the newer name of Elastic's package.",
    ecs: false,
    module: 'azure',
  },
  {
    name: 'azure.correlation_id',
    type: 'keyword',
    about: 'Correlates the records of one request across the logs.',
    ecs: false,
    module: 'azure',
  },
  {
    name: 'azure.correlation.id',
    type: 'keyword',
    about: "Correlates the records of one request, by the newer name of Elastic's package.",
    ecs: false,
    module: 'azure',
  },
  {
    name: 'azure.resource.id',
    type: 'keyword',
    about: 'Resource that wrote the log, as Azure Monitor names it.',
    ecs: false,
    module: 'azure',
  },
  {
    name: 'cloud.resource_id',
    type: 'keyword',
    about: "Resource that wrote the log, by the newer name of Elastic's package.",
    ecs: false,
    module: 'azure',
  },
  {
    name: 'related.entity',
    type: 'keyword',
    about:
      'Ids of the users, applications, devices and other objects of the directory that have a part in the event.',
    ecs: false,
    list: true,
    module: 'azure',
  },
  {
    name: 'm365.announcement.text',
    type: 'text',
    about: 'What Microsoft wrote, as a reader sees it, without markup.',
    ecs: false,
    list: true,
    module: 'm365',
  },
];
