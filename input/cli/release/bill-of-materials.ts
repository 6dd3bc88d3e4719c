// Writes what the executable is made of as a CycloneDX bill of materials: the packages that are really in it, and Node
// with its libraries. The same parts give the same bytes.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { BundledPackage } from './packages.ts';

export interface ReleaseFacts {
  readonly version: string;
  readonly commit: string;
  /** The time of the commit in seconds since 1970. */
  readonly builtAt: number;
}

export function writeBillOfMaterials(facts: ReleaseFacts, packages: readonly BundledPackage[]): string {
  const content = {
    $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      timestamp: new Date(facts.builtAt * 1000).toISOString(),
      lifecycles: [{ phase: 'build' }],
      component: describeProgram(facts),
    },
    components: [describeNode(), ...packages.map(describePackage)],
    dependencies: [
      { ref: programReference(facts), dependsOn: [nodeReference, ...packages.map(referenceTo)].toSorted() },
      { ref: nodeReference, dependsOn: [] },
      ...packages.map((each) => ({ ref: referenceTo(each), dependsOn: usedBy(each, packages) })),
    ],
  };
  const serialNumber = `urn:uuid:${uuidOf(JSON.stringify(content))}`;
  return `${JSON.stringify({ ...content, serialNumber }, undefined, 1)}\n`;
}

const programReference = ({ version }: ReleaseFacts) => `m365@${version}`;
const nodeReference = `node@${process.versions.node}`;
const referenceTo = ({ folder, version }: BundledPackage) => `${folder}@${version}`;

function usedBy({ uses }: BundledPackage, packages: readonly BundledPackage[]): string[] {
  return packages.filter(({ folder }) => uses.includes(folder)).map(referenceTo);
}

function describeProgram(facts: ReleaseFacts) {
  const { version, commit } = facts;
  return {
    type: 'application',
    'bom-ref': programReference(facts),
    name: 'm365',
    version,
    licenses: [{ license: { id: 'Apache-2.0' } }],
    properties: [{ name: 'm365:commit', value: commit }],
  };
}

/** Node, by the digest of its binary, and the libraries in it by their versions. */
function describeNode() {
  const { node, ...others } = process.versions;
  const libraries = Object.entries(others).filter(([name]) => !['modules', 'napi'].includes(name));
  return {
    type: 'platform',
    'bom-ref': nodeReference,
    name: 'node',
    version: node,
    purl: `pkg:generic/node@${node}`,
    licenses: [{ license: { id: 'MIT' } }],
    hashes: [{ alg: 'SHA-256', content: hash('sha256', readFileSync(process.execPath)) }],
    components: libraries.map(([name, version = '']) => ({
      type: 'library',
      'bom-ref': `node/${name}@${version}`,
      name,
      version,
    })),
  };
}

function describePackage(one: BundledPackage) {
  const { name, version, license, integrity } = one;
  return {
    type: 'library',
    'bom-ref': referenceTo(one),
    name,
    version,
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    licenses: [/[ ()]/.test(license) ? { expression: license } : { license: { id: license } }],
    hashes: [
      { alg: 'SHA-512', content: Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex') },
    ],
  };
}

function hash(algorithm: string, content: string | Uint8Array): string {
  return createHash(algorithm).update(content).digest('hex');
}

/** A UUID of version 8, which is for digests of any kind. */
function uuidOf(content: string): string {
  const hex = hash('sha256', content);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
