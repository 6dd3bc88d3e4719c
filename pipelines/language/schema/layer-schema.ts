// The keys that describe events and map their properties, each with its description. A record-type file has them, so has
// each of its operations, and `common.yml` has them for all records.

import { units } from '../../../fields/field-types.ts';
import type { PropertyType } from '../../definitions.ts';
import { about, keys, listOf, type Schema, scalar, scalars, text, textOrTexts } from './json-schema.ts';

/** The schemas of names that are defined elsewhere; by default a name is any text. */
export interface NameSchemas {
  /** The schema of `as`. */
  readonly as: Schema;
  /** A field of ECS, or the field that a converter fills several fields below of. */
  readonly field: Schema;
  /** Numbers and names of record types. */
  readonly recordTypes: Schema;
}

export const anyNames: NameSchemas = {
  as: { type: ['string', 'object'], maxProperties: 1 },
  field: text,
  recordTypes: { type: 'object', additionalProperties: text },
};

/** The types of a property, each with its use. */
export const propertyTypes: Readonly<Record<PropertyType, string>> = {
  keyword: 'text that is searched whole: names, ids, addresses, words; the usual one',
  text: 'prose that is searched by its words',
  long: 'a whole number that is counted or compared',
  double: 'a number with a fraction',
  boolean: 'true or false, also from their text',
  date: 'a moment',
  ip: 'an IP address and nothing else',
  object: 'an object, or a list of objects, with properties of its own (`Parent.Child`)',
  pairs:
    'a list of `{Name, Value}`: becomes an object keyed by name. Each name that is worth a place of its own in the index is defined as well (`Parameters.ForwardTo`); the others are searchable in `other`, beside the properties of the record',
  changes:
    'a list of `{Name, NewValue, OldValue}`: becomes an object keyed by name, dots and spaces as underscores, with the same rule (`ModifiedProperties.Mail.NewValue`)',
  flattened: 'any structure, also from JSON text: searched by its keys, its properties need no definition',
};

/** ECS lists these values for event.kind, event.category and event.type. */
const kinds = ['alert', 'asset', 'enrichment', 'event', 'metric', 'state', 'signal'];
const categories = [
  ...['api', 'authentication', 'configuration', 'database', 'driver', 'email', 'file', 'host', 'iam'],
  ...['intrusion_detection', 'library', 'malware', 'network', 'package', 'process', 'registry', 'session'],
  ...['threat', 'vulnerability', 'web'],
];
const types = [
  ...[
    'access',
    'admin',
    'allowed',
    'change',
    'connection',
    'creation',
    'deletion',
    'denied',
    'device',
    'end',
  ],
  ...['error', 'group', 'indicator', 'info', 'installation', 'protocol', 'start', 'user'],
];

const outcome = { enum: ['success', 'failure', 'unknown'] };

const negation = keys({ not: about(scalars, 'Holds where none of these is there.') }, { required: ['not'] });

const when = about(
  { type: 'object', additionalProperties: { anyOf: [...scalars.anyOf, negation] } },
  "Conditions on the record, all of which have to hold: a path, and the value or the values of which one is there, in any case. `'*'` holds for any value, `{not: …}` where none of the values is there, `{not: '*'}` where there is no value at all.",
);

const message = about(
  text,
  'The template of the message about an event, see "Messages". The nearest layer that has one says it; a case that holds is nearer than its layer.',
);

const event = about(
  keys({
    kind: about(
      { enum: kinds },
      'The `event.kind`; the nearest layer that has one says it, and without any it is `event`.',
    ),
    category: about(
      listOf({ enum: categories }),
      'Values of `event.category`. Those of all layers add up; the common part says `web`.',
    ),
    type: about(
      listOf({ enum: types }),
      'Values of `event.type`. Those of all layers add up; without any it is `info`.',
    ),
  }),
  'What kind of event it is, in the words of ECS. A message, a form, a plan, for which ECS has no category, is `api`: a call of the service.',
);

const eventCase = about(
  keys(
    {
      when,
      outcome: about(
        outcome,
        'Holds for this outcome alone. A message in such a case needs no verb in angle brackets.',
      ),
      event: about(event, 'What is added to the event.'),
      message: about(message, 'The message template for these events, in place of the one of the layer.'),
    },
    { anyOf: [{ required: ['when'] }, { required: ['outcome'] }], minProperties: 2 },
  ),
  'One case: at least a condition (`when`, `outcome` or both) and what it adds (`event`, `message` or both).',
);

const step = keys({
  from: about(
    text,
    'The path of a sign. The step answers where the value is in its table, or where there is any value and it says `present`.',
  ),
  status: about(
    textOrTexts,
    'The path of a status, or several that stand beside each other. The step answers where any is there: with the worst that its own table, or else the common one (`statuses` in `common.yml`), says of their values. A status that neither knows is `unknown`.',
  ),
  present: about(
    outcome,
    'Beside `from`: the outcome where there is any value that the table does not name.',
  ),
  values: about(
    { type: 'object' },
    "The table: an outcome, and the texts that stand for it, in any case: `{failure: [Denied, Blocked], success: '0'}`. Beside `from`, `'*'` stands for any other value.",
  ),
});

const outcomeOfLayer = about(
  keys({
    steps: about(
      listOf(step),
      'Looked at from the first to the last; the first that has an answer decides. Each has either `from` or `status`. The steps of the nearest layer that has any count, and those of the others do not: a file that has steps of its own and wants `ResultStatus` to count as well says so with `{status: ResultStatus}`.',
    ),
    otherwise: about(
      outcome,
      'The outcome where no step has an answer. The nearest layer that has one says it; the common part says `unknown`. A service that only records what was done is `success`.',
    ),
  }),
  'How `event.outcome` is found.',
);

function fieldOf({ as, field }: NameSchemas): Schema {
  const inner = keys(
    {
      from: about(
        textOrTexts,
        'The path below the property, or several, of which the first with a value counts.',
      ),
      to: about(text, 'The field below the target. Without it the converter fills the object itself.'),
      as: about(as, 'The converter, as in a field.'),
    },
    { required: ['from'], anyOf: [{ required: ['to'] }, { required: ['as'] }] },
  );
  return keys(
    {
      from: about(
        textOrTexts,
        'The path of the property in the record, see "Paths". Of a list, `to` takes the first path with a value that the converter understands; `type` gives every one of them that type.',
      ),
      type: about(
        { enum: Object.keys(propertyTypes) },
        'Defines the property: how it is indexed in the field that keeps the record (`<field>.<from>`). It stands in one file alone, always with `about`; every other line and file may then read it.',
      ),
      about: about(text, 'What the property is, in a sentence, for `docs/fields.md`. Always with `type`.'),
      example: about(scalar, 'A made-up value, for the docs.'),
      unit: about({ enum: Object.keys(units) }, 'What a number counts.'),
      to: about(
        { anyOf: [field, { type: 'array', items: field, minItems: 1 }] },
        'Writes a field of ECS, or several. A field that ECS has as a list collects what every line gives it; any other keeps the first value, the nearest layer first and in it the first line.',
      ),
      as: about(
        as,
        'How the value becomes that of the field, by the name of a converter, see "Converters": `as: user`, or with what it takes, `as: {split: ;}`. Without it, the type of the field decides: `date`, `ip`, `long`, `double`, `boolean`, else `keyword`.',
      ),
      when: about(when, 'Writes only where all of these conditions hold.'),
      collects: about(
        { const: true },
        'Makes the field a list of what every line gives it, though ECS has one value there.',
      ),
      each: about(
        listOf(inner, { minItems: 1 }),
        'In place of `as`, where `to` is a list of objects (`email.attachments`, `user.target`): every object that `from` reaches becomes an object of that list, filled by these lines.',
      ),
    },
    {
      required: ['from'],
      anyOf: [{ required: ['type'] }, { required: ['to'] }],
      dependencies: {
        type: ['about'],
        about: ['type'],
        example: ['type'],
        unit: ['type'],
        as: ['to'],
        when: ['to'],
        each: ['to'],
        collects: ['to'],
      },
    },
  );
}

/** The keys of a layer, by name. */
export function layerOf(names: NameSchemas): Readonly<Record<string, Schema>> {
  return {
    event,
    outcome: outcomeOfLayer,
    cases: about(
      listOf(eventCase),
      'What is said of an event only under conditions. Every case that holds adds its categories and types; of several messages or kinds the last one counts.',
    ),
    message,
    fields: about(
      listOf(fieldOf(names)),
      'A line for a property: `type` and `about` define it, `to` writes it to a field of ECS, and one line may do both.',
    ),
  };
}

export const aboutFile = about(text, 'What these records are, in a sentence, for the docs.');
