// The examples of the converter `user`: users as services write them, and the fields that become of each.

import type { ConverterExample } from './converter.ts';

/** Services write these words, here in lower case, when they do not know who it was. */
export const nobodies: readonly string[] = [
  ...['not available', 'notavailable', 'not applicable', 'not specified', 'n/a', 'none', 'null', 'undefined'],
  ...[
    'unknown',
    'unknown user',
    'unknownuser',
    'not-found',
    'not found',
    'notfound',
    '-',
    '(null)',
    '<null>',
  ],
  ...['certificate', 'owner@local', 'member@local'],
];

const guid = '0df31120-5486-4bda-ab7b-656f09dca3be';
const hosted = 'EURPR01A001.PROD.OUTLOOK.EXAMPLE/Microsoft Exchange Hosted Organizations';
const legacy = '/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients';

const addresses: readonly ConverterExample[] = [
  {
    given: 'Joey@example.org',
    gives: { id: 'Joey@example.org', name: 'Joey', domain: 'example.org', email: 'Joey@example.org' },
  },
  { given: 'app@sharepoint', gives: { id: 'app@sharepoint', name: 'app', domain: 'sharepoint' } },
  {
    given: 'i:0h.f|membership|10032001266c162c@live.com',
    gives: {
      id: 'i:0h.f|membership|10032001266c162c@live.com',
      name: '10032001266c162c',
      domain: 'live.com',
      email: '10032001266c162c@live.com',
    },
  },
  {
    given: 'urn:spo:guest#eve@fabrikam.example',
    gives: {
      id: 'urn:spo:guest#eve@fabrikam.example',
      name: 'eve',
      domain: 'fabrikam.example',
      email: 'eve@fabrikam.example',
    },
  },
  {
    given: 'urn:forms:anonymous#a0b1c2d3@forms.office.com',
    gives: { id: 'urn:forms:anonymous#a0b1c2d3@forms.office.com' },
  },
  { given: 'urn:spo:anon#e5ef', gives: { id: 'urn:spo:anon#e5ef' } },
  { given: 'urn:federation', gives: { id: 'urn:federation', name: 'urn:federation' } },
  { given: 'a@b@c', gives: { id: 'a@b@c', name: 'a@b@c' } },
  { given: '@x', gives: { id: '@x', name: '@x' } },
  { given: 'claim|', gives: { id: 'claim|' } },
];

const accounts: readonly ConverterExample[] = [
  {
    given: 'NT AUTHORITY\\SYSTEM (w3wp)',
    gives: { id: 'NT AUTHORITY\\SYSTEM (w3wp)', name: 'SYSTEM (w3wp)', domain: 'NT AUTHORITY' },
  },
  {
    given: 'EURPR05A001\\ann@fabrikam.example',
    gives: {
      id: 'EURPR05A001\\ann@fabrikam.example',
      name: 'ann',
      domain: 'fabrikam.example',
      email: 'ann@fabrikam.example',
    },
  },
  {
    given: 'i:0#.w|CONTOSO\\ann',
    gives: { id: 'i:0#.w|CONTOSO\\ann', name: 'ann', domain: 'CONTOSO' },
  },
  { given: `${guid}\\${guid}`, gives: { id: `${guid}\\${guid}` } },
  { given: '\\ann', gives: { id: '\\ann', name: '\\ann' } },
  { given: 'ann\\', gives: { id: 'ann\\', name: 'ann\\' } },
];

const places: readonly ConverterExample[] = [
  {
    given: `${hosted}/contoso.example/mallory`,
    gives: { id: `${hosted}/contoso.example/mallory`, name: 'mallory', domain: 'contoso.example' },
  },
  {
    given: `${hosted}/contoso.example/ann@contoso.example`,
    gives: {
      id: `${hosted}/contoso.example/ann@contoso.example`,
      name: 'ann',
      domain: 'contoso.example',
      email: 'ann@contoso.example',
    },
  },
  {
    given: `${hosted}/contoso.example/ann\\Move invoices`,
    gives: { id: `${hosted}/contoso.example/ann\\Move invoices`, name: 'ann', domain: 'contoso.example' },
  },
  { given: `${hosted}/contoso.example/${guid}`, gives: { id: `${hosted}/contoso.example/${guid}` } },
  {
    given: 'contoso.example/Users/Ann Example',
    gives: { id: 'contoso.example/Users/Ann Example', name: 'Ann Example', domain: 'contoso.example' },
  },
  {
    given: `${legacy}/cn=0b1c2d3e4f5046178291a2b3c4d5e6f7-ann`,
    gives: { id: `${legacy}/cn=0b1c2d3e4f5046178291a2b3c4d5e6f7-ann`, name: 'ann' },
  },
  {
    given: '/O=CONTOSO/OU=FIRST/CN=RECIPIENTS/CN=ANN',
    gives: { id: '/O=CONTOSO/OU=FIRST/CN=RECIPIENTS/CN=ANN', name: 'ANN' },
  },
  { given: 'Sales/Marketing', gives: { id: 'Sales/Marketing', name: 'Sales/Marketing' } },
  { given: 'Dr. Who/Ann', gives: { id: 'Dr. Who/Ann', name: 'Dr. Who/Ann' } },
  { given: 'contoso.example/', gives: { id: 'contoso.example/', name: 'contoso.example/' } },
];

const ids: readonly ConverterExample[] = [
  {
    given: 'SecurityComplianceAlerts',
    gives: { id: 'SecurityComplianceAlerts', name: 'SecurityComplianceAlerts' },
  },
  { given: 'S-1-5-18', gives: { id: 'S-1-5-18' } },
  { given: `ServicePrincipal_${guid}`, gives: { id: `ServicePrincipal_${guid}` } },
  { given: guid, gives: { id: guid } },
  { given: `${guid}@sharepoint`, gives: { id: `${guid}@sharepoint`, domain: 'sharepoint' } },
];

const nothing: readonly ConverterExample[] = [
  ...nobodies.map((given) => ({ given })),
  { given: 'Not Available' },
  { given: 'NOT-FOUND' },
  { given: ' unknown ' },
  { given: '00000000-0000-0000-0000-000000000000' },
  { given: 'User_00000000-0000-0000-0000-000000000000' },
  { given: ' ' },
  { given: 7 },
  { given: null },
];

export const userExamples: readonly ConverterExample[] = [
  ...addresses,
  ...accounts,
  ...places,
  ...ids,
  ...nothing,
];
