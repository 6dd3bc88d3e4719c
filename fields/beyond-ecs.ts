// The few fields outside ECS. Detection rules and other packages name nearly all of them, so they are mapped even in an
// index that never fills them: a query language refuses a column that no mapping knows.

import type { Field } from './field-types.ts';

export const beyondEcs: readonly (Field & { readonly list?: boolean })[] = [
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
];
