// Reads which records a stream leaves out. A name that nobody knows is a problem: it would leave out nothing, unnoticed.

import type { Definitions } from '../../../pipelines/definitions.ts';
import { type Exclusions, findRecordType, findUserType } from '../../../pipelines/exclusions.ts';
import { type PolicyProblem, suggest } from '../../options/problems.ts';
import type { Settings } from '../../options/settings.ts';

/** Undefined where nothing is left out. */
export function readExclusions(
  settings: Settings,
  definitions: Pick<Definitions, 'dataset' | 'recordTypeNames'>,
  problems: PolicyProblem[],
): Exclusions | undefined {
  const { dataset, recordTypeNames } = definitions;
  const entries = (name: string) => settings.list(name).map((text) => text.trim());
  const report = (name: string, message: string) => {
    problems.push({ place: settings.placeOf(name), message: `${name} ${message}` });
    return [];
  };
  const recordTypes = entries('exclude.record_types').flatMap((text) => {
    const key = findRecordType(definitions, text);
    const near = suggest(text, Object.values(recordTypeNames));
    return key ?? report('exclude.record_types', `does not know the record type "${text}"${near}`);
  });
  const operations = entries('exclude.operations').flatMap((text) =>
    /[^*\s]/.test(text)
      ? [text]
      : report('exclude.operations', `cannot leave out every operation; collect less with content_types`),
  );
  const userTypes = entries('exclude.user_types').flatMap((text) => {
    const names = Object.values(dataset.userTypes?.names ?? {});
    const known = `${suggest(text, names)} (one of ${names.join(', ')})`;
    const why = dataset.userTypes
      ? `does not know the user type "${text}"${known}`
      : `cannot be used: records of ${dataset.name} do not say what kind of user acted`;
    return findUserType(dataset, text) ?? report('exclude.user_types', why);
  });
  const isEmpty = recordTypes.length + operations.length + userTypes.length === 0;
  return isEmpty ? undefined : { recordTypes, operations, userTypes };
}
