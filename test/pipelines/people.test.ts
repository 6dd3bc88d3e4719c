import { describe, expect, test } from '@jest/globals';
import { isNobody } from '../../pipelines/converters/user.ts';
import { loadMapper } from '../../pipelines/index.ts';
import { isObject, type Json, type JsonObject } from '../../pipelines/json/json.ts';
import { listSamples, readPublicRecords, sampleContext } from './samples.ts';

const mapper = loadMapper();

function mapRecord(record: JsonObject): JsonObject {
  return mapper.map(mapper.read(JSON.stringify(record)), sampleContext);
}

const team: JsonObject = {
  RecordType: 25,
  Operation: 'MemberAdded',
  UserId: 'ann@contoso.example',
  TeamName: 'Finance',
};
const eve: JsonObject = {
  id: 'eve@fabrikam.example',
  name: 'eve',
  domain: 'fabrikam.example',
  email: 'eve@fabrikam.example',
};

describe('whoever was acted on', () => {
  const members = (...list: JsonObject[]) => mapRecord({ ...team, Members: list });

  test('is a list of people, each with what is known of them', () => {
    const { user } = members(
      { UPN: 'eve@fabrikam.example', DisplayName: 'Eve', Role: 2 },
      { UPN: 'max@contoso.example', Role: 1 },
      { DisplayName: 'Guest without a name', Role: 3 },
    );
    expect(user).toMatchObject({
      id: 'ann@contoso.example',
      target: [
        { ...eve, full_name: 'Eve', roles: ['Owner'] },
        { id: 'max@contoso.example', name: 'max', roles: ['Member'] },
        { full_name: 'Guest without a name', roles: ['Guest'] },
      ],
    });
    expect(user).not.toHaveProperty('target.1.full_name');
  });

  test('is not who acted, in whatever case', () => {
    const { user, related } = members(
      { UPN: 'Ann@Contoso.example', DisplayName: 'Ann' },
      { UPN: 'eve@fabrikam.example' },
    );
    expect(user).toMatchObject({ target: eve });
    expect(user).not.toHaveProperty('target.full_name');
    expect(related).toMatchObject({ user: expect.arrayContaining(['eve@fabrikam.example', 'eve']) });
  });

  test('is who acted where nobody else is: she leaves', () => {
    const { user } = members({ UPN: 'ann@contoso.example', DisplayName: 'Ann' });
    expect(user).toMatchObject({ target: { id: 'ann@contoso.example', full_name: 'Ann' } });
  });

  test('has every role that was given to all of them', () => {
    const { user, message } = mapRecord({
      RecordType: 1,
      Operation: 'New-RoleGroup',
      UserId: 'ann@contoso.example',
      ResultStatus: 'True',
      Parameters: [
        { Name: 'Name', Value: 'Helpers' },
        { Name: 'Roles', Value: 'Reset Password' },
        { Name: 'Members', Value: 'bob;eve@fabrikam.example' },
      ],
    });
    expect(user).toMatchObject({
      target: [
        { id: 'bob', name: 'bob', roles: ['Reset Password'] },
        { ...eve, roles: ['Reset Password'] },
      ],
    });
    expect(message).toBe('ann ran New-RoleGroup on Helpers, role Reset Password for bob, eve');
  });
});

describe('in every sample and public record', () => {
  const documents = [...listSamples().map(({ text }) => text), ...readPublicRecords()].map((text) => {
    const { o365, ...document } = mapper.map(mapper.read(text), sampleContext);
    return document;
  });

  test('no name is a path of the directory, an address or an id', () => {
    const names = documents.flatMap((document) =>
      valuesAt(document, ['user', 'user.target', 'user.effective'], 'name'),
    );
    expect(names.length).toBeGreaterThan(300);
    expect(
      names.filter(
        (name) =>
          /^\S+\.\S+\/|^\/o=|@\S+\.|^S-1-|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(
            name,
          ) && !/_[0-9a-f-]{36}$/i.test(name),
      ),
    ).toEqual([]);
  });

  test('no address has a domain of Windows before it', () => {
    const addresses = documents.flatMap((document) =>
      valuesAt(document, ['user', 'user.target', 'user.effective'], 'email'),
    );
    expect(addresses.filter((address) => address.includes('\\'))).toEqual([]);
  });

  test('nobody is a related user', () => {
    const related = documents.flatMap((document) => valuesAt(document, ['related'], 'user'));
    expect(related.filter((name) => isNobody(name) || /^[A-Za-z]+_[0-9a-f-]{36}$/i.test(name))).toEqual([]);
  });

  test('no sentence holds a path of the directory', () => {
    const sentences = documents.flatMap(({ message }) => (typeof message === 'string' ? message : []));
    expect(sentences.filter((sentence) => sentence.includes('Hosted Organizations'))).toEqual([]);
  });
});

/** Texts of a field of any of the sections. */
function valuesAt(document: JsonObject, sections: readonly string[], leaf: string): string[] {
  return sections.flatMap((section) => {
    const found = section
      .split('.')
      .reduce<Json[]>((values, name) => values.flatMap((value) => below(value, name)), [document]);
    return found.flatMap((value) => below(value, leaf)).filter((value) => typeof value === 'string');
  });
}

function below(value: Json, name: string): Json[] {
  const inner = isObject(value) ? value[name] : undefined;
  return Array.isArray(inner) ? inner : inner === undefined ? [] : [inner];
}
