// The shape of a `dataset.yml`, as JSON Schema. What its names refer to is checked when the files are resolved.

import type { DifferentValue, Head, IdentityRule, LackingField, OtherType, Selector } from '../../dataset.ts';
import type { WhenSource } from '../sources.ts';
import { about, keys, text, textOrTexts, texts } from './json-schema.ts';

export interface DatasetSource {
  readonly dataset: string;
  readonly module: string;
  readonly package?: string;
  readonly title: string;
  readonly vendor: string;
  readonly record_field?: string;
  readonly raw_field?: string;
  readonly head: { readonly [Name in keyof Head]?: string | readonly string[] };
  readonly selector?: Selector;
  readonly identity?: IdentityRule;
  readonly envelope?: {
    readonly root: string;
    readonly beside?: readonly string[];
    readonly made?: Readonly<Record<string, MadeFrom | readonly MadeFrom[]>>;
    readonly spelled?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  };
  readonly names?: NamesSource;
  readonly user_types?: { readonly from: string; readonly names: Readonly<Record<string, string>> };
  readonly borrows?: readonly { readonly from: string; readonly file: string; readonly below: string }[];
  readonly indexed?: readonly {
    readonly reason: string;
    readonly properties: readonly (string | readonly string[])[];
  }[];
  readonly moved?: readonly string[];
  readonly other_types?: readonly OtherType[];
  readonly absent?: readonly (Omit<LackingField, 'instead'> & Partial<LackingField>)[];
  readonly other_values?: readonly (Omit<DifferentValue, 'instead'> & Partial<DifferentValue>)[];
}

/** The path of a property, or what is said of it. */
export type MadeFrom =
  | string
  | {
      readonly from?: string;
      readonly values?: Readonly<Record<string, string>>;
      readonly text?: string;
      readonly when?: WhenSource;
    };

/** How properties are called in the document. */
export interface NamesSource {
  readonly rule: 'snake_case';
  /** By the path of the property, or by its name wherever it stands. */
  readonly exceptions?: Readonly<Record<string, string>>;
  /** By the path of a list of objects: the number of positions with fields of their own. */
  readonly numbered?: Readonly<Record<string, number>>;
}

/** It becomes part of scripts. */
const word = { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*$' };
const words = { type: 'string', pattern: '^[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)*$' };
const name = { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)*$' };
const path = { type: 'string', pattern: "^[^'\\\\]+$" };
const paths = { anyOf: [path, { type: 'array', items: path, minItems: 1 }] };

const head = keys(
  {
    id: about(paths, 'The id of the record: `_id` begins with its owner and this.'),
    owner: about(
      paths,
      'Whose it is: the tenant. Without it, or where a record does not say, the configured tenant.',
    ),
    time: about(paths, 'When it happened: `@timestamp`.'),
    kind: about(paths, 'What the selector looks at.'),
    action: about(paths, 'What was done: `operations` of record types are chosen by it.'),
    updated: about(paths, 'When the record was changed last.'),
    part: about(
      paths,
      'What tells apart the records that have one id: a path, or several, which all count. It follows the id in `_id`, in lower case.',
    ),
    actor: about(paths, 'Who did it, for `m365 show` of records that were never mapped.'),
  },
  { required: ['id', 'time'] },
);

const madeFrom = {
  anyOf: [
    path,
    keys({
      from: about(path, 'The property whose value it is.'),
      values: about(
        { type: 'object', additionalProperties: text },
        'The text that stands for a value, in any case; another value gives nothing.',
      ),
      text: about(text, 'In place of "from": the text itself.'),
      when: about({ type: 'object' }, 'Conditions, as in a field of a record type.'),
    }),
  ],
};

const envelope = keys(
  {
    root: about(word, 'The name in the envelope under which the record stands. Paths begin at the envelope.'),
    beside: about(
      { type: 'array', items: word },
      'What every envelope has beside it. A record without one of these came by itself.',
    ),
    made: about(
      {
        type: 'object',
        additionalProperties: { anyOf: [madeFrom, { type: 'array', items: madeFrom, minItems: 1 }] },
      },
      'What a record that came by itself is given, as the envelope would have it: the path of a property, and the text that it becomes, or several, of which the first that gives one counts. Where none does, it stays as it is.',
    ),
    spelled: about(
      {
        type: 'object',
        additionalProperties: { type: 'object', additionalProperties: word, minProperties: 1 },
      },
      'Where an envelope calls properties otherwise: the path of their object, and the names in a record by itself by those in the envelope. Paths and rules have the former alone.',
    ),
  },
  { required: ['root'] },
);

const names = keys(
  {
    rule: about({ enum: ['snake_case'] }, 'How the name in the document follows from that in the record.'),
    exceptions: about(
      { type: 'object', additionalProperties: name },
      'Names that do not follow the rule, by the path of the property or by its name wherever it stands. With dots it is inside of objects that stand beside the property.',
    ),
    numbered: about(
      { type: 'object', additionalProperties: { type: 'integer', minimum: 1, maximum: 100 } },
      'Lists of objects that become an object keyed by their position, from 0, with the number of positions; the last holds what comes after it too, as a list.',
    ),
  },
  { required: ['rule'] },
);

export const datasetSchema = keys(
  {
    dataset: about(
      words,
      'Its name: `event.dataset`, and part of the names of data stream, templates and pipelines.',
    ),
    module: about(words, '`event.module`.'),
    package: about(
      words,
      'The integration package that has its data stream: one for each owner of datasets, so that one blocks no other. Without it `m365`.',
    ),
    title: about(text, 'What its records are, in a few words.'),
    vendor: about(text, 'Whose names properties and record types have.'),
    record_field: about(words, 'The field that keeps the record; without it the name of the dataset.'),
    raw_field: about(
      word,
      'The field in which a pipeline takes a record as it is; without it the name of the dataset without its dots.',
    ),
    head: about(
      head,
      'Where what is read of every record stands: a path, or several of which the first with a value counts.',
    ),
    selector: about(
      { enum: ['number', 'name', 'none'] },
      'How records tell their type: by a number, by a name, or (without it) not at all, so that one file is about all of them.',
    ),
    identity: about(
      { enum: ['id', 'id_and_update'] },
      'Which records are one document: those of one id, or of one id and one time of change.',
    ),
    envelope: about(
      envelope,
      'Of records that come by themselves and in an envelope: in the document all have the form of the envelope.',
    ),
    user_types: about(
      keys(
        { from: path, names: { type: 'object', additionalProperties: text } },
        { required: ['from', 'names'] },
      ),
      'How records say what kind of user acted, and the names of what they write: a policy may leave them out by it.',
    ),
    names: about(names, 'How properties are called in the document; without it as in the record.'),
    borrows: about(
      {
        type: 'array',
        items: keys(
          {
            from: about(path, 'The folder of the dataset whose file it is.'),
            file: about(
              path,
              'The name of the file, without its extension; a file of this dataset extends it.',
            ),
            below: about(path, 'Where its records stand in these: all of its paths begin there.'),
          },
          { required: ['from', 'file', 'below'] },
        ),
      },
      'Record-type files of other datasets, about records that stand inside of these.',
    ),
    indexed: about(
      {
        type: 'array',
        items: keys(
          { reason: text, properties: { type: 'array', items: textOrTexts, minItems: 1 } },
          { required: ['reason', 'properties'] },
        ),
      },
      'Properties that have an index beside their doc values, and why.',
    ),
    moved: about(
      texts,
      'Properties that stand in a field of ECS as they are, and there alone where others map them.',
    ),
    other_types: about(
      {
        type: 'array',
        items: keys(
          { fields: texts, there: text, here: text, reason: text },
          { required: ['fields', 'there', 'here', 'reason'] },
        ),
      },
      "Fields that have another type than in Elastic's package for the same dataset, and why.",
    ),
    absent: about(
      {
        type: 'array',
        items: keys({ fields: texts, instead: texts, reason: text }, { required: ['fields', 'reason'] }),
      },
      "Fields that Elastic's package fills, and no document here has, with those that answer the same.",
    ),
    other_values: about(
      {
        type: 'array',
        items: keys(
          { fields: texts, there: text, here: text, instead: texts },
          { required: ['fields', 'there', 'here'] },
        ),
      },
      "Fields that hold something else in Elastic's package for the same record.",
    ),
  },
  { required: ['dataset', 'module', 'title', 'vendor', 'head'] },
);
