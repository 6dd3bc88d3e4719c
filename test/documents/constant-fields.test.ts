import { describe, expect, test } from '@jest/globals';
import { setConstants } from '../../input/documents/constant-fields.ts';

describe('constants of a policy', () => {
  test('land where their dotted names say, beside what is there', () => {
    const document = { event: { action: 'Send' } };
    setConstants({ 'event.reference': 'x', 'labels.site': 'north', team: 7 })(document);
    expect(document).toEqual({
      event: { action: 'Send', reference: 'x' },
      labels: { site: 'north' },
      team: 7,
    });
  });

  test('leave alone an object that several documents share', () => {
    const ecs = { version: '1' };
    const document = { ecs };
    setConstants({ 'ecs.version': '2' })(document);
    expect(document.ecs).toEqual({ version: '2' });
    expect(ecs).toEqual({ version: '1' });
  });

  test('replace a value that stands in the way of a deeper name', () => {
    const document = { labels: 'text' };
    setConstants({ 'labels.site': 'north' })(document);
    expect(document).toEqual({ labels: { site: 'north' } });
  });

  test('cannot reach what is not of the document', () => {
    setConstants({ '__proto__.polluted': true })({});
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});
